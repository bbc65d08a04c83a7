if strings.HasPrefix(s, "-----BEGIN RSA PRIVATE KEY-----") { return errors.New("this is a private key, it must be public") }
