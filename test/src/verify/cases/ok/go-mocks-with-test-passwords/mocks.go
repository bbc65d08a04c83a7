const testPassword = "test-password-1"
var token = "test-token"
Password: "secret123",
SecretName: "my-secret-1",
Token: "abc.def.ghi",
