req.Header.Set("X-Api-Key", "Lq83ZtXk29vPLq83ZtXk29vP")
