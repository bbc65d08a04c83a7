has_secure_password
params.require(:user).permit(:password, :token)
ENV.fetch("SECRET_KEY_BASE") { SecureRandom.hex(64) }
