var c = Config{Password: "nnioeG5Bv2L.73"}
