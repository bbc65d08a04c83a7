curl -H "X-Vault-Token: s.Lq83ZtXk29vPq81LztXk29vP" https://v
