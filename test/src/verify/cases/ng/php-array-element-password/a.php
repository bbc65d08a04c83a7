$config["db_password"] = "Lq83ZtXk29vP";
