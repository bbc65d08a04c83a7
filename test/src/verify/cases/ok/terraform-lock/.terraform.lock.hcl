provider "registry.terraform.io/hashicorp/aws" {
  hashes = ["h1:+IHOmSSYWLYRS7BWaW0TbMJ8AYjwHTQrpCyjsC3mcMD=", "zh:1480c08e2db700e469ce10fc71785141a006d0a00db64f6d96b35efb441b12f1"]
}
