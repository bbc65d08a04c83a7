job "x" {
  group "g" {
    task "t" {
      env {
        DB_PASSWORD = "2aNCM8famLTFQk"
      }
    }
  }
}
