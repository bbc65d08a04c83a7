provider "datadog" {
  api_key = "a64ccadb9f79d9f4bb837c0c60a0eb3a"
  app_key = "11ecbc9dae633a24f709007851602980c7d19369"
}
