variable "github_token" {
  description = "token"
  default     = "e3f921b6ebaf982306d59a9133ae2e7a72846542"
}
