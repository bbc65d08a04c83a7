DEBUG = False
SECRET_KEY = 'django-insecure-kQBfjOks2Sg7SHPCSasZD0LwGdK7gCIW4ELSe+46'
