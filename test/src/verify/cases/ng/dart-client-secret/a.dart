final clientSecret = 'Lq83ZtXk29vPLq83ZtXk29vP';
