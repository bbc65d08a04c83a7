c = boto3.client("s3", aws_secret_access_key="hrSPMws3GcVGUYcuunfJt9PftxisHqXtUvrYliT3")
