mysql --password=Lq83ZtXk29vP -u x
