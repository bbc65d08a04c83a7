password_length = 24
secret_arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"
token_ttl = "3600s"
