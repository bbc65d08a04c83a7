type C struct { Password string `env:"DB_PASSWORD,required"`; Token string `json:"token,omitempty"` }
var apiKey = os.Getenv("API_KEY")
const secretName = "my-app-tls-secret"
flag.String("password", "", "database password")
