// Command open-token opens lacre tokens, format 1, sharing no code with lacre: a third implementation, run against every
// vector in the tests. docs/format-v1.md is the specification; the names here are its names.
//
//	go run . VECTORS.json...
package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"regexp"
	"strings"

	"golang.org/x/crypto/nacl/secretbox"
)

const (
	label    = "lacre/v1/"
	maxToken = 800_000
	maxValue = 512 * 1024
)

// The reasons that leave the library.
var (
	errMalformed     = errors.New("malformed")
	errWrongContext  = errors.New("wrong-context")
	errUnknownKey    = errors.New("unknown-key")
	errCannotDecrypt = errors.New("cannot-decrypt")
)

type place struct{ Namespace, Name, Key string }

const part = `[a-z0-9](?:[-a-z0-9]*[a-z0-9])?`

var (
	keyShape       = regexp.MustCompile(`\A[-._a-zA-Z0-9]{1,253}\z`)
	namespaceShape = regexp.MustCompile(`\A` + part + `\z`)
	nameShape      = regexp.MustCompile(`\A` + part + `(?:\.` + part + `)*\z`)
)

// isPlace tells whether what the scope binds are names that could have been sealed for. What it does not bind is not looked at.
func isPlace(scope byte, at place) bool {
	if !keyShape.MatchString(at.Key) || at.Key == "." || strings.HasPrefix(at.Key, "..") {
		return false
	}
	if scope != 3 && (len(at.Namespace) > 63 || !namespaceShape.MatchString(at.Namespace)) {
		return false
	}
	return scope != 1 || (len(at.Name) <= 253 && nameShape.MatchString(at.Name))
}

type suite struct {
	id       byte
	name     string
	encBytes int
	kem      hpke.KEM
}

var suites = map[byte]suite{
	1: {1, "x25519", 32, hpke.DHKEM(ecdh.X25519())},
	2: {2, "mlkem768x25519", 1120, hpke.MLKEM768X25519()},
}

type privateKey struct {
	suite suite
	id    [16]byte
	key   hpke.PrivateKey
}

func newPrivateKey(s suite, seed []byte) (privateKey, error) {
	key, err := s.kem.NewPrivateKey(seed)
	if err != nil {
		return privateKey{}, err
	}
	hash := sha256.Sum256(append(append([]byte(label+"kid"), s.id), key.PublicKey().Bytes()...))
	return privateKey{s, [16]byte(hash[:16]), key}, nil
}

func lp(text string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
}

func contextHash(scope byte, at place) [32]byte {
	if scope != 1 {
		at.Name = ""
	}
	if scope == 3 {
		at.Namespace = ""
	}
	return sha256.Sum256(bytes.Join([][]byte{lp(label + "ctx"), {scope}, lp(at.Namespace), lp(at.Name), lp(at.Key)}, nil))
}

func padme(n int) int {
	exponent := bits.Len(uint(n)) - 1
	step := 1 << (exponent - bits.Len(uint(exponent)))
	return (n + step - 1) / step * step
}

func paddedLength(length int) int {
	if length+4 <= 256 {
		return 256
	}
	return padme(length + 4)
}

func open(token string, keys []privateKey, at place) ([]byte, error) {
	if len(token) > maxToken || !strings.HasPrefix(token, "lacre1.") {
		return nil, errMalformed
	}
	body, err := base64.RawURLEncoding.Strict().DecodeString(token[7:])
	// Go's decoder passes over line breaks: encoding again finds them.
	if err != nil || base64.RawURLEncoding.EncodeToString(body) != token[7:] || len(body) < 45 {
		return nil, errMalformed
	}
	s, known := suites[body[1]]
	scope, flags, count := body[2], body[3], int(body[44])
	if body[0] != 1 || !known || scope < 1 || scope > 3 || flags&^1 != 0 || count < 1 || count > 8 {
		return nil, errMalformed
	}
	size := 16 + s.encBytes + 48
	headerEnd, end := 45+count*size, len(body)
	if flags&1 != 0 {
		headerEnd, end = headerEnd+16, end-64
	}
	padded := end - headerEnd - 48
	if padded < 256 || padded > paddedLength(maxValue) || padme(padded) != padded {
		return nil, errMalformed
	}
	for i := 1; i < count; i++ {
		if bytes.Compare(body[45+(i-1)*size:][:16], body[45+i*size:][:16]) >= 0 {
			return nil, errMalformed
		}
	}
	if !isPlace(scope, at) {
		return nil, errWrongContext
	}
	hash := contextHash(scope, at)
	if subtle.ConstantTimeCompare(hash[:], body[12:44]) != 1 {
		return nil, errWrongContext
	}
	for i := range count {
		stanza := body[45+i*size:][:size]
		for _, key := range keys {
			if key.id == [16]byte(stanza[:16]) {
				return unseal(body, stanza, s, key, headerEnd, end)
			}
		}
	}
	return nil, errUnknownKey
}

func unseal(body, stanza []byte, s suite, key privateKey, headerEnd, end int) ([]byte, error) {
	if key.suite.id != s.id {
		return nil, errCannotDecrypt
	}
	info := bytes.Join([][]byte{[]byte(label + "wrap\x00"), body[:44], stanza[:16]}, nil)
	dataKey, err := hpke.Open(key.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, stanza[16:])
	if err != nil {
		return nil, errCannotDecrypt
	}
	salt := sha256.Sum256(body[:headerEnd])
	okm, err := hkdf.Key(sha256.New, dataKey, salt[:], label+"payload", 88)
	if err != nil || subtle.ConstantTimeCompare(okm[56:], body[headerEnd:headerEnd+32]) != 1 {
		return nil, errCannotDecrypt
	}
	frame, ok := secretbox.Open(nil, body[headerEnd+32:end], (*[24]byte)(okm[32:56]), (*[32]byte)(okm[:32]))
	if !ok {
		return nil, errCannotDecrypt
	}
	length := int(binary.BigEndian.Uint32(frame))
	if length > min(len(frame)-4, maxValue) || len(bytes.Trim(frame[4+length:], "\x00")) != 0 || len(frame) != paddedLength(length) {
		return nil, errCannotDecrypt
	}
	return frame[4 : 4+length], nil
}

type vector struct {
	Suite                  json.RawMessage
	Context, Place         *place
	Seed, Plaintext, Token string
	Seeds                  []string
	Why                    string
}

func (v vector) open(seed string) ([]byte, error) {
	name := strings.Trim(string(v.Suite), `"`)
	s := suites[2]
	if name == "1" || name == "x25519" {
		s = suites[1]
	}
	raw, err := hex.DecodeString(seed)
	if err != nil {
		return nil, err
	}
	key, err := newPrivateKey(s, raw)
	if err != nil {
		return nil, err
	}
	at := v.Context
	if at == nil {
		at = v.Place
	}
	return open(v.Token, []privateKey{key}, *at)
}

// ruled is a token in which one rule is broken, or that only looks odd. Token is a string, or pieces and how often each is repeated.
type ruled struct {
	Rule, Suite, Reason string
	Place               place
	Keys                []struct{ Suite, Seed string }
	Token               json.RawMessage
}

func (r ruled) text() (string, error) {
	var whole string
	if json.Unmarshal(r.Token, &whole) == nil {
		return whole, nil
	}
	var pieces [][2]any
	if err := json.Unmarshal(r.Token, &pieces); err != nil {
		return "", err
	}
	var text strings.Builder
	for _, piece := range pieces {
		text.WriteString(strings.Repeat(piece[0].(string), int(piece[1].(float64))))
	}
	return text.String(), nil
}

func (r ruled) check() error {
	text, err := r.text()
	if err != nil {
		return err
	}
	var keys []privateKey
	for _, held := range r.Keys {
		s := suites[2]
		if held.Suite == "x25519" {
			s = suites[1]
		}
		seed, err := hex.DecodeString(held.Seed)
		if err != nil {
			return err
		}
		key, err := newPrivateKey(s, seed)
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	found := "opened"
	if _, err := open(text, keys, r.Place); err != nil {
		found = err.Error()
	}
	wanted := r.Reason
	if wanted == "" {
		wanted = "opened"
	}
	if found != wanted {
		return fmt.Errorf("%s, not %s: %s (%s)", found, wanted, r.Rule, r.Suite)
	}
	return nil
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var data struct {
		Good, Bad, Vectors []vector
		Refused, Opened    []ruled
		Signatures         []signatureCase
		PublicKeys         []publicKeyCase
	}
	if err := json.Unmarshal(text, &data); err != nil {
		return err
	}
	good := append(data.Good, data.Vectors...)
	for _, v := range good {
		for _, seed := range append(v.Seeds, v.Seed) {
			if seed == "" {
				continue
			}
			value, err := v.open(seed)
			if err != nil || hex.EncodeToString(value) != v.Plaintext {
				return fmt.Errorf("a good vector does not open: %v", err)
			}
		}
	}
	for _, v := range data.Bad {
		if _, err := v.open(v.Seed); err == nil {
			return fmt.Errorf("a bad vector opened: %s", v.Why)
		}
	}
	opened, refused := len(good)+len(data.Opened), len(data.Bad)+len(data.Refused)
	for _, v := range append(data.Refused, data.Opened...) {
		if err := v.check(); err != nil {
			return err
		}
	}
	count := func(accepted bool) {
		if accepted {
			opened++
		} else {
			refused++
		}
	}
	for _, v := range data.Signatures {
		if isSigned(unhex(v.PublicKey), unhex(v.Message), unhex(v.Signature)) != v.Valid {
			return fmt.Errorf("another verdict about a signature: %s", v.What)
		}
		count(v.Valid)
	}
	for _, v := range data.PublicKeys {
		if isPublicKey(v.Suite, unhex(v.PublicKey)) != v.Usable {
			return fmt.Errorf("another verdict about a public key: %s (%s)", v.What, v.Suite)
		}
		count(v.Usable)
	}
	fmt.Printf("%d opened, %d refused\n", opened, refused)
	return nil
}

func main() {
	for _, file := range os.Args[1:] {
		if err := check(file); err != nil {
			fmt.Fprintf(os.Stderr, "open-token: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}
