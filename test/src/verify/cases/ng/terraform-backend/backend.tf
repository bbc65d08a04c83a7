terraform {
  backend "pg" {
    conn_str = "postgres://tf:LLvG0DfHe6Euau@db.corp/tf"
  }
}
