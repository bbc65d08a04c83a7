template {
  data = <<EOH
JWT_SECRET="tBvYZj7m5G1rmyBWZHosIY5ixFLD3j1n0r"
EOH
}
