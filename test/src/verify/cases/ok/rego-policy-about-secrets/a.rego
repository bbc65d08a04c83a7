deny[msg] { input.kind == "Secret"; msg := "no plain secrets: kind: Secret" }
