interface Login { password: string; token?: string; apiKey: string | undefined }
const password = form.get("password") as string;
const TOKEN_KEY = "auth_token_v2";
export const passwordRegex = /^(?=.*[A-Z]).{8,}$/;
const secretKey = process.env.SECRET_KEY ?? "";
<input type="password" name="password" autoComplete="current-password" />
const label = { password: "Enter your password", token: "Access token" };
localStorage.getItem("access_token");
