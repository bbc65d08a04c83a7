export const JWT_SECRET: string = "VfM0r1T4ZFTXN49GhBRcehG0W3qsO4g8";
