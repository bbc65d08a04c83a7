data "aws_secretsmanager_secret_version" "x" { secret_id = "prod/db" }
module "x" {
  password_secret_name = "db-password"
  token_ttl = "1h"
  secret_string = jsonencode({ password = random_password.x.result })
  master_password = data.aws_ssm_parameter.pw.value
  kms_key_id = "arn:aws:kms:x"
}
