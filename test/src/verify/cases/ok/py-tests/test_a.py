def test_login():
    client.login(username="test", password="password123")
    assert check("secret-token")
    token = "test-token-123"
    api_key = "fake-api-key"
