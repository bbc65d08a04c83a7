services.x.password = "Lq83ZtXk29vP";
