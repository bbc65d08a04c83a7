/** Sealing and opening from a program. In your own code the imports are "lacre" and "lacre/node". */
import * as assert from "node:assert/strict";
import { generateKey, Keyring, openToken, parseToken, sealToken } from "../src/index.ts";
import { loadEngine } from "../src/node/engine.ts";

const engine = await loadEngine();
const key = generateKey(engine, "mlkem768x25519");
const place = { namespace: "shop", name: "db", key: "PASSWORD" };

// Who seals needs the public key only.
const token = sealToken(engine, {
  value: new TextEncoder().encode("correct horse battery staple"),
  scope: "strict",
  place,
  recipients: [key.publicKey],
  sealedAt: BigInt(Math.floor(Date.now() / 1000)),
});

// Anybody can see what it is, nobody what it holds.
console.log(`a token of ${token.length} characters, scope ${parseToken(token)?.scope}, for key ${key.publicKey.keyId}`);

// Who holds the private key opens it, in its own place only.
const keyring = new Keyring([key]);
const opened = openToken(engine, keyring, token, place);
assert.equal(opened.ok && new TextDecoder().decode(opened.value), "correct horse battery staple");
const moved = openToken(engine, keyring, token, { ...place, namespace: "bank" });
assert.deepEqual(moved, { ok: false, reason: "wrong-context" });
console.log("it opened where it belongs, and nowhere else");
keyring.wipe();
