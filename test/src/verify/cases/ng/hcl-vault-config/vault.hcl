seal "awskms" {
  access_key = "AKIA2FXQYHAUISPCPOIG"
  secret_key = "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"
}
