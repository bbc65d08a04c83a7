{:db {:password "Lq83ZtXk29vP"}}
