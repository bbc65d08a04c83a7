resource "x" "y" {
  private_key = <<EOT
-----BEGIN RSA PRIVATE KEY-----
ATn7Pm/Pe5hDKNH6Sl50zZ2pqi4PeNU1nwb5sNfngikLLK3De36LuQY77ewU8Olo
4IVRoXZ5Hqs6TJxw0bZOGyt36pKWeyyZF/doNmRRSubfz/eI8AfCQOCV6cepynNp
-----END RSA PRIVATE KEY-----
EOT
}
