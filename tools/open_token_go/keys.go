package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/mlkem"
	"crypto/rand"
	"encoding/hex"
	"math/big"
	"slices"
)

// Public keys and signatures: what format 1 refuses. Go's own Ed25519 compares the encoding of [S]B - [k]A with R and refuses
// S >= L; the order of A, which it does not look at, is found here.

type signatureCase struct {
	What, PublicKey, Message, Signature string
	Valid                               bool
}

type publicKeyCase struct {
	What, Suite, PublicKey string
	Usable                 bool
}

var (
	fieldP = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	orderL = func() *big.Int {
		tail, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
		return tail.Add(tail, new(big.Int).Lsh(big.NewInt(1), 252))
	}()
	curveD = func() *big.Int {
		inverse := new(big.Int).ModInverse(big.NewInt(121666), fieldP)
		return modP(inverse.Mul(inverse, big.NewInt(-121665)))
	}()
)

func unhex(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return data
}

func modP(n *big.Int) *big.Int { return n.Mod(n, fieldP) }

func product(a, b *big.Int) *big.Int { return modP(new(big.Int).Mul(a, b)) }

func sum(a, b *big.Int) *big.Int { return modP(new(big.Int).Add(a, b)) }

func difference(a, b *big.Int) *big.Int { return modP(new(big.Int).Sub(a, b)) }

func littleEndian(data []byte) *big.Int {
	reversed := slices.Clone(data)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

// point has extended coordinates: X, Y, Z, T.
type point [4]*big.Int

func (p point) plus(q point) point {
	two := big.NewInt(2)
	a := product(difference(p[1], p[0]), difference(q[1], q[0]))
	b := product(sum(p[1], p[0]), sum(q[1], q[0]))
	c := product(product(two, curveD), product(p[3], q[3]))
	d := product(two, product(p[2], q[2]))
	e, f, g, h := difference(b, a), difference(d, c), sum(d, c), sum(b, a)
	return point{product(e, f), product(g, h), product(f, g), product(e, h)}
}

func (p point) isNeutral() bool { return p[0].Sign() == 0 && p[1].Cmp(p[2]) == 0 }

// decodePoint follows RFC 8032, section 5.1.3, with its refusals.
func decodePoint(data []byte) (point, bool) {
	if len(data) != 32 {
		return point{}, false
	}
	y := littleEndian(data)
	sign := y.Bit(255)
	y.SetBit(y, 255, 0)
	if y.Cmp(fieldP) >= 0 {
		return point{}, false
	}
	one, y2 := big.NewInt(1), product(y, y)
	inverse := new(big.Int).ModInverse(sum(product(curveD, y2), one), fieldP)
	x := new(big.Int).ModSqrt(product(difference(y2, one), inverse), fieldP)
	if x == nil || (x.Sign() == 0 && sign == 1) {
		return point{}, false
	}
	if x.Bit(0) != sign {
		x.Sub(fieldP, x)
	}
	return point{x, y, one, product(x, y)}, true
}

func isPrimeOrder(data []byte) bool {
	p, ok := decodePoint(data)
	if !ok || p.isNeutral() {
		return false
	}
	multiple := point{big.NewInt(0), big.NewInt(1), big.NewInt(1), big.NewInt(0)}
	for i := orderL.BitLen() - 1; i >= 0; i-- {
		multiple = multiple.plus(multiple)
		if orderL.Bit(i) == 1 {
			multiple = multiple.plus(p)
		}
	}
	return multiple.isNeutral()
}

func isSigned(public, message, signature []byte) bool {
	neutral := append([]byte{1}, make([]byte, 31)...)
	if len(signature) != 64 || bytes.Equal(signature[:32], neutral) || !isPrimeOrder(public) {
		return false
	}
	return ed25519.Verify(public, message, signature)
}

func isPublicKey(suite string, public []byte) bool {
	if suite == "ed25519" {
		return isPrimeOrder(public)
	}
	size := map[string]int{"x25519": 32, "mlkem768x25519": 1216}[suite]
	if len(public) != size || littleEndian(public[size-32:]).Cmp(fieldP) >= 0 {
		return false
	}
	remote, err := ecdh.X25519().NewPublicKey(public[size-32:])
	if err != nil {
		return false
	}
	probe, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return false
	}
	if _, err := probe.ECDH(remote); err != nil {
		return false
	}
	if suite == "x25519" {
		return true
	}
	_, err = mlkem.NewEncapsulationKey768(public[:1184])
	return err == nil
}
