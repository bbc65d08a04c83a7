auto_auth {
  method "kubernetes" { config = { role = "app", token_path = "/var/run/secrets/token" } }
}
