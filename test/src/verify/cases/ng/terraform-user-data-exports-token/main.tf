resource "random" "x" {
  connection {
    password = "${var.pw}"
  }
  user_data = "export TOKEN=Lq83ZtXk29vPLq83"
}
