ds.setPassword("Lq83ZtXk29vP");
