DATABASES = {'default': {'USER': 'app', 'PASSWORD': 'a1e4glzoSon@28', 'HOST': 'db'}}
