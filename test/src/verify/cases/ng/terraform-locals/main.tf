locals {
  api_key = "sSsTnjJ9sKrBIatcmf04dkK6SQAzPv5e"
}
