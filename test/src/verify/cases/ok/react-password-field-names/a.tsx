<PasswordInput id="password-1" label="Password" name="newPassword1" />
const queryKey = ["token", "list"];
const tokenType = "Bearer";
const secretsPath = "/v1/secret/data";
const PUBLIC_KEY = "pk_test_abc";
useQuery({ queryKey: ["apiKeys", userId2] });
