resource "aws_db_instance" "x" {
  username = "root"
  password = "mYoUo8Aml34ie.27"
}
