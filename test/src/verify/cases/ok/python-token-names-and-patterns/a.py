def set_token(self, token: str = "") -> None:
    """Set the token, e.g. ``token="abc"``."""
    self._token = token

SECRETS_DIR = "/run/secrets"
token_re = re.compile(r"[A-Za-z0-9_]{20,}")
COOKIE_SECRET_NAME = "session-cookie-secret-v2"
