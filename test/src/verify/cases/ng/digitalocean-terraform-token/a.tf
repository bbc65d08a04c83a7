provider "digitalocean" {
  token = "dop_v1_8c2e7ad7a2985de38e6a140f58a584a88519a67893f18a902d03fb633637c72d"
}
