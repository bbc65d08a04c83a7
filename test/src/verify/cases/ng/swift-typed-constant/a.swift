let apiKey: String = "Lq83ZtXk29vPLq83ZtXk29vP"
