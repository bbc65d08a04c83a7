public string Password { get; set; } = string.Empty;
var key = Configuration["Jwt:Key"];
