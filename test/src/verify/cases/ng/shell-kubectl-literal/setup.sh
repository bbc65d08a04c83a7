kubectl create secret generic x --from-literal=zone=pXobNwzk3bkiJS
