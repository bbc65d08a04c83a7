password = os.environ["DB_PASSWORD"]
token = get_token(user, password="")
api_key = config.api_key
PASSWORD_FIELD = "password"
secret = getpass.getpass("Enter your password: ")
parser.add_argument("--password", help="the password to use")
if token == "invalid-token": raise ValueError("Invalid token provided")
headers = {"Authorization": f"Bearer {token}"}
