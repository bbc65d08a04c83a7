az login --service-principal -u x -p Lq83ZtXk29vP~8 --tenant y
