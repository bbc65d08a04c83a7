private String password;
String token = request.getHeader("X-Auth-Token");
@Value("${db.password}") String pw;
static final String TOKEN_PREFIX = "Bearer ";
throw new BadCredentialsException("Invalid password or token");
