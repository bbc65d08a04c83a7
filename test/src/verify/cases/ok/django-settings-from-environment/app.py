SECRET_KEY = env.str("SECRET_KEY")
TOKEN_URL = "https://x/oauth/token"
password = kwargs.get("password", None)
assert user.check_password("correct horse battery staple")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
