provider "aws" {
  access_key = "AKIALJCQWOXMJBP7Z4SU"
  secret_key = "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"
}
