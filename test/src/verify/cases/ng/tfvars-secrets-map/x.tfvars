secrets = {
  db = "Lq83ZtXk29vP"
}
