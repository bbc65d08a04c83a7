def password = "Lq83ZtXk29vP"
