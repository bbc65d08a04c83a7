EMAIL_HOST_PASSWORD = "walnut-copper-91"
