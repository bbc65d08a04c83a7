#define TOKEN_PASSWORD 12
static const char *password_prompt = "Password: ";
enum token { TOKEN_EOF, TOKEN_KEY };
