resource "aws_db_instance" "x" {
  password            = var.db_password
  manage_master_user_password = true
  kms_key_id          = aws_kms_key.x.arn
}
variable "db_password" {
  type      = string
  sensitive = true
}
resource "random_password" "x" { length = 24 }
output "token" {
  value     = random_password.x.result
  sensitive = true
}
data "vault_generic_secret" "x" { path = "secret/db" }
locals { secret_name = "db-credentials" }
