helm install x y --set auth.rootPassword=aEHzTRqky0we2O
