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
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

LABEL = b"lacre/v1/"
SCOPES = {1: "strict", 2: "namespace", 3: "cluster"}
SUITES = {1: ("x25519", 32), 2: ("mlkem768x25519", 1120)}
MAX_TOKEN, MAX_VALUE = 800_000, 512 * 1024


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
    if length > len(frame) - 4 or any(frame[4 + length :]) or len(frame) != padded_length(length):
        raise Refused("cannot-decrypt")
    return frame[4 : 4 + length]


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
    print(f"{opened} opened, {refused} refused")


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
