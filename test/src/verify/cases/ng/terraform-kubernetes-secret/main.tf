resource "kubernetes_secret" "x" {
  metadata {
    name = "x"
  }
  data = {
    zone = "K6T9VebD0hDvSm"
  }
}
