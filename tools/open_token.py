#!/usr/bin/env python3
"""Opens a lacre token, format 1, sharing no code with lacre: the break-glass tool and the second implementation.

    pip install "cryptography>=50" pynacl
    python3 tools/open_token.py --key-file prod.key --namespace shop --name db --key PASSWORD < token.txt

Writes the value's bytes to stdout. Exit status: 0 opened, 1 not opened, 2 wrong usage.
docs/format-v1.md is the specification; the names here are its names.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import stat
import sys

from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

LABEL = b"lacre/v1/"
SCOPES = {1: "strict", 2: "namespace", 3: "cluster"}
SUITES = {1: ("x25519", 32), 2: ("mlkem768x25519", 1120)}
MAX_TOKEN, MAX_VALUE = 800_000, 512 * 1024
KEY = re.compile(r"(?!\.\.|\.\Z)[-._a-zA-Z0-9]{1,253}")
PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
NAMESPACE, NAME = re.compile(PART), re.compile(rf"{PART}(?:\.{PART})*")


class Refused(Exception):
    """A token that does not open; the argument is one of the reasons of the format."""


def lp(text):
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def decode(text):
    """Canonical base64url without padding: what does not encode back to the same text is refused."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise Refused("malformed")
    return data


def padme(n):
    exponent = n.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-n // step) * step


def padded_length(length):
    return 256 if length + 4 <= 256 else padme(length + 4)


def context_hash(scope, namespace, name, key):
    if scope != "strict":
        name = ""
    if scope == "cluster":
        namespace = ""
    scope_id = {v: k for k, v in SCOPES.items()}[scope]
    parts = lp("lacre/v1/ctx") + bytes([scope_id]) + lp(namespace) + lp(name) + lp(key)
    return hashlib.sha256(parts).digest()


def is_place(scope, namespace, name, key):
    """Whether what the scope binds are names that could have been sealed for. What it does not bind is not looked at."""
    if KEY.fullmatch(key) is None:
        return False
    if scope != "cluster" and (len(namespace) > 63 or NAMESPACE.fullmatch(namespace) is None):
        return False
    return scope != "strict" or (len(name) <= 253 and NAME.fullmatch(name) is not None)


class PrivateKey:
    """A 32-byte seed of one suite, with everything that is derived from it."""

    def __init__(self, suite, seed):
        if len(seed) != 32:
            raise ValueError("a private key has 32 bytes")
        self.suite = suite
        if suite == "x25519":
            self.key = X25519PrivateKey.from_private_bytes(seed)
            public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            expanded = hashlib.shake_256(seed).digest(96)
            mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
            x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
            self.key = hpke.MLKEM768X25519PrivateKey(mlkem, x25519)
            public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        suite_id = 1 if suite == "x25519" else 2
        self.key_id = hashlib.sha256(LABEL + b"kid" + bytes([suite_id]) + public).digest()[:16]

    def unwrap(self, enc, wrapped, info):
        kem = hpke.KEM.X25519 if self.suite == "x25519" else hpke.KEM.MLKEM768_X25519
        suite = hpke.Suite(kem, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
        try:
            return suite.decrypt(enc + wrapped, self.key, info)
        except Exception:
            raise Refused("cannot-decrypt") from None


def open_token(token, keys, namespace, name, key):
    """The value's bytes, or Refused. The checks are in the order of the format."""
    if len(token) > MAX_TOKEN or not token.startswith("lacre1."):
        raise Refused("malformed")
    body = decode(token[7:])
    if len(body) < 45 or body[0] != 1 or body[1] not in SUITES or body[2] not in SCOPES or body[3] & ~1:
        raise Refused("malformed")
    suite, enc_bytes = SUITES[body[1]]
    signed, count = body[3] & 1, body[44]
    if not 1 <= count <= 8:
        raise Refused("malformed")
    size = 16 + enc_bytes + 48
    header_end = 45 + count * size + (16 if signed else 0)
    end = len(body) - (64 if signed else 0)
    padded = end - header_end - 32 - 16
    if padded < 256 or padded > padded_length(MAX_VALUE) or padme(padded) != padded:
        raise Refused("malformed")
    stanzas = [body[45 + i * size : 45 + (i + 1) * size] for i in range(count)]
    key_ids = [stanza[:16] for stanza in stanzas]
    if any(a >= b for a, b in zip(key_ids, key_ids[1:])):
        raise Refused("malformed")
    header, prefix = body[:header_end], body[:44]

    if not is_place(SCOPES[body[2]], namespace, name, key):
        raise Refused("wrong-context")
    if not hmac.compare_digest(context_hash(SCOPES[body[2]], namespace, name, key), prefix[12:44]):
        raise Refused("wrong-context")
    held = {one.key_id: one for one in keys}
    stanza = next((one for one in stanzas if one[:16] in held), None)
    if stanza is None:
        raise Refused("unknown-key")
    private = held[stanza[:16]]
    if private.suite != suite:
        raise Refused("cannot-decrypt")
    info = LABEL + b"wrap\0" + prefix + stanza[:16]
    data_key = private.unwrap(stanza[16 : 16 + enc_bytes], stanza[16 + enc_bytes :], info)

    salt = hashlib.sha256(header).digest()
    okm = HKDF(hashes.SHA256(), 88, salt, LABEL + b"payload").derive(data_key)
    if not hmac.compare_digest(okm[56:], body[header_end : header_end + 32]):
        raise Refused("cannot-decrypt")
    try:
        frame = SecretBox(okm[:32]).decrypt(body[header_end + 32 : end], okm[32:56])
    except CryptoError:
        raise Refused("cannot-decrypt") from None
    length = int.from_bytes(frame[:4], "big")
    if length > min(len(frame) - 4, MAX_VALUE) or any(frame[4 + length :]) or len(frame) != padded_length(length):
        raise Refused("cannot-decrypt")
    return frame[4 : 4 + length]


# Public keys and signatures: what format 1 refuses, from RFC 7748 and RFC 8032 and nothing of lacre.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Q = 3329


def is_public_key(suite, public):
    """Canonical, not of low order, and no coefficient of ML-KEM beyond the modulus."""
    if suite == "ed25519":
        return prime_order_point(public) is not None
    if len(public) != (32 if suite == "x25519" else 1216):
        return False
    mlkem, x25519 = public[:-32], public[-32:]
    if int.from_bytes(x25519, "little") >= P:
        return False
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(x25519))
    except ValueError:
        return False
    triples = (int.from_bytes(mlkem[i : i + 3], "little") for i in range(0, len(mlkem) - 32, 3))
    return all(triple & 0xFFF < Q and triple >> 12 < Q for triple in triples)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def encode_point(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(data):
    """RFC 8032, section 5.1.3; None for what is no canonical encoding."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


NEUTRAL = encode_point((0, 1, 1, 0))
BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def prime_order_point(data):
    point = decode_point(data)
    if point is None or data == NEUTRAL or encode_point(multiply(L, point)) != NEUTRAL:
        return None
    return point


def is_signed(public, message, signature):
    """The rule of format 1: S < L, A of prime order, R not neutral and the encoding of [S]B - [k]A, byte for byte."""
    a = prime_order_point(public)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if a is None or len(signature) != 64 or s >= L or r == NEUTRAL:
        return False
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L
    return encode_point(add(multiply(s, BASE), multiply(L - k, a))) == r


def read_keys(path):
    mode = os.stat(path).st_mode
    if stat.S_IMODE(mode) & 0o077:
        sys.exit(f"open_token: {path} can be read by others: chmod 600 {path}")
    with open(path, encoding="ascii") as file:
        found = re.findall(r"^lacre-private-1\.(mlkem768x25519|x25519)\.([\w-]+)\s*$", file.read(), re.MULTILINE)
    if not found:
        sys.exit(f"open_token: {path} holds no private key")
    return [PrivateKey(suite, decode(seed)) for suite, seed in found]


def check_vectors(path):
    """Opens every vector of a file: the known answers and our own. Used by the tests."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    opened = refused = 0
    for vector in data.get("good", []) + data.get("vectors", []):
        suite = {1: "x25519", 2: "mlkem768x25519"}.get(vector["suite"], vector["suite"])
        place = vector.get("context") or vector["place"]
        for seed in vector.get("seeds") or [vector["seed"]]:
            value = open_token(vector["token"], [PrivateKey(suite, bytes.fromhex(seed))], **place)
            assert value.hex() == vector["plaintext"], "wrong plaintext"
        opened += 1
    for vector in data.get("bad", []):
        suite = SUITES[vector["suite"]][0]
        try:
            open_token(vector["token"], [PrivateKey(suite, bytes.fromhex(vector["seed"]))], **vector["context"])
        except Refused:
            refused += 1
        else:
            sys.exit(f"open_token: a bad vector opened: {vector['why']}")
    for vector in data.get("refused", []) + data.get("opened", []):
        found = outcome(vector)
        if found != vector.get("reason", "opened"):
            sys.exit(f"open_token: {found}, not {vector.get('reason', 'opened')}: {vector['rule']} ({vector['suite']})")
        opened, refused = opened + (found == "opened"), refused + (found != "opened")
    for vector in data.get("signatures", []):
        fields = (bytes.fromhex(vector[name]) for name in ("publicKey", "message", "signature"))
        if is_signed(*fields) != vector["valid"]:
            sys.exit(f"open_token: another verdict about a signature: {vector['what']}")
        opened, refused = opened + vector["valid"], refused + (not vector["valid"])
    for vector in data.get("publicKeys", []):
        if is_public_key(vector["suite"], bytes.fromhex(vector["publicKey"])) != vector["usable"]:
            sys.exit(f"open_token: another verdict about a public key: {vector['what']} ({vector['suite']})")
        opened, refused = opened + vector["usable"], refused + (not vector["usable"])
    print(f"{opened} opened, {refused} refused")


def outcome(vector):
    """The reason for which a vector is refused, or "opened"."""
    token = vector["token"]
    if not isinstance(token, str):
        token = "".join(piece * times for piece, times in token)
    keys = [PrivateKey(key["suite"], bytes.fromhex(key["seed"])) for key in vector["keys"]]
    try:
        open_token(token, keys, **vector["place"])
    except Refused as reason:
        return str(reason)
    return "opened"


def main():
    parser = argparse.ArgumentParser(description="Opens one lacre token from stdin.")
    parser.add_argument("--key-file", help="private key file, mode 0600")
    parser.add_argument("--namespace", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--key", help="the key that the token stands under")
    parser.add_argument("--vectors", help="check a file of test vectors instead")
    args = parser.parse_args()
    if args.vectors:
        return check_vectors(args.vectors)
    if not args.key_file or args.key is None:
        parser.error("--key-file and --key are needed")
    token = sys.stdin.read().removesuffix("\n")
    try:
        sys.stdout.buffer.write(open_token(token, read_keys(args.key_file), args.namespace, args.name, args.key))
    except Refused as reason:
        sys.exit(f"open_token: {reason}")
    return None


if __name__ == "__main__":
    main()
