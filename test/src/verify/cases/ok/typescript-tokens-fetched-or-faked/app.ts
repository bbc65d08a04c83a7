const secret = await getSecret("prod/db/password");
export const TOKEN_HEADER = "x-auth-token";
const apiKeyHeader = "X-Api-Key-Id-2";
const password = faker.internet.password();
expect(token).toBe("eyJ...");
