case token.STRING: return Token{Type: token.STRING, Literal: "secret123abc"}
var keywords = map[string]token.Type{"password": token.PASSWORD}
