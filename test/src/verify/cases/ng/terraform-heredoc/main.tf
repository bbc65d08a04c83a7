resource "aws_instance" "x" {
  user_data = <<-EOF
    #!/bin/bash
    export DB_PASSWORD=LZxqH5qgS20dOm
  EOF
}
