HEADERS = {"Authorization": "Token 4f1d2c3b4a5968778695a4b3c2d1e0f94f1d2c3b"}
