template {
  data = <<EOH
DB_PASSWORD={{ with secret "kv/db" }}{{ .Data.data.password }}{{ end }}
EOH
}
