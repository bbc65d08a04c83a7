/** A private key as a Kubernetes Secret, and what there may be instead. */
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64, utf8 } from "../../../src/bytes.ts";
import {
  destroyPatch,
  hasKeyProofs,
  identitySecret,
  type KeySecret,
  keyProofsPatch,
  keySecret,
  keySecretName,
  readIdentitySecret,
  readKeyProof,
  readKeySecret,
  readMadeFor,
  readSerial,
  serialPatch,
  statePatch,
} from "../../../src/keys/key-secret.ts";
import { factsOfKey, proveKey } from "../../../src/keys/proof.ts";
import { HELD_STATES, type HeldKey } from "../../../src/keys/store.ts";
import { formatPrivateKey } from "../../../src/keys/text.ts";
import { IDENTITY_SECRET, SEALING_KEY } from "../../../src/model/kubernetes.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const seed = new Uint8Array(32).fill(1);
const privateKey = keyOf(engine, "x25519", 0x11);
const held: HeldKey = {
  publicKey: privateKey.publicKey,
  privateKey,
  state: "active",
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2027-01-01T00:00:00Z",
};
const proof = proveKey(engine, factsOfKey(held), 5, seed);
const secret = keySecret("lacre-system", held, proof, "2026-01-01T00:00:00Z");
const withData = (data: Readonly<Record<string, string>>): KeySecret => ({ ...secret, data });
const withMetadata = (changes: Partial<KeySecret["metadata"]>): KeySecret => ({
  ...secret,
  metadata: { ...secret.metadata, ...changes },
});
const text64 = (text: string) => toBase64(utf8(text));

describe("the Secret of a key", () => {
  it("is read back with all that it says, in every state", () => {
    for (const state of HELD_STATES.filter((one) => one !== "destroyed")) {
      const read = readKeySecret(engine, keySecret("lacre-system", { ...held, state }, proof));
      expect(read).toMatchObject({ ok: true, key: { state, notBefore: held.notBefore, notAfter: held.notAfter } });
      expect(read.ok && [...(read.key.privateKey?.seed() ?? [])]).toEqual([...privateKey.seed()]);
    }
    expect([readMadeFor(secret), readKeyProof(secret)?.serial]).toEqual(["2026-01-01T00:00:00Z", 5]);
    expect(readMadeFor(keySecret("lacre-system", held, proof))).toBeUndefined();
  });

  it("has no private part any more when the key is destroyed", () => {
    const destroyed = keySecret("lacre-system", { ...held, state: "destroyed" }, proof);
    expect(Object.keys(destroyed.data ?? {})).toEqual(["public"]);
    const read = readKeySecret(engine, destroyed);
    expect(read.ok && [read.key.state, read.key.publicKey.keyId, "privateKey" in read.key]).toEqual([
      "destroyed",
      held.publicKey.keyId,
      false,
    ]);
    expect(destroyPatch(held, proof)).toMatchObject({
      metadata: { labels: { [SEALING_KEY]: "destroyed" } },
      data: { key: null, public: expect.any(String) },
    });
  });

  const wrong: readonly (readonly [string, KeySecret, string])[] = [
    ["a state that there is not", withMetadata({ labels: { [SEALING_KEY]: "quantum" } }), "its label"],
    ["no label", withMetadata({ labels: {} }), "its label"],
    ["another name", withMetadata({ name: "lacre-key-00000000" }), `called ${keySecretName(held.publicKey.keyId)}`],
    ["nothing under its key", withData({ other: text64("x") }), "it has no value under key"],
    ["what is no base64", withData({ key: "a b" }), "there is no private key in it"],
    ["what is no text", withData({ key: toBase64(Uint8Array.of(0xff)) }), "there is no private key in it"],
    ["what is no key", withData({ key: text64("hunter2") }), "there is no private key in it"],
    [
      "two keys",
      withData({ key: text64(`${formatPrivateKey(privateKey)}\n${formatPrivateKey(keyOf(engine, "x25519", 2))}`) }),
      "it must hold one private key",
    ],
    ["a damaged key", withData({ key: text64(formatPrivateKey(privateKey).slice(0, -2)) }), "the key is cut"],
  ];
  it.each(wrong)("with %s is none, and is told so in one sentence without its content", (_what, broken, says) => {
    const read = readKeySecret(engine, broken);
    expect(read).toEqual({ ok: false, problem: expect.stringContaining(says) });
    expect(JSON.stringify(read)).not.toMatch(/hunter2|EREREREREREREREREREREREREREREREREREREREREQ|\\n/);
  });

  it("without times that can be read is one for ever", () => {
    const read = readKeySecret(engine, withMetadata({ annotations: { "lacre.dev/not-after": "soon" } }));
    expect(read).toMatchObject({ key: { notBefore: "1970-01-01T00:00:00Z", notAfter: "9999-12-31T23:59:59Z" } });
  });

  it("is moved to another state with what proves it, and by nothing else", () => {
    expect(statePatch({ ...held, state: "compromised" }, "the proof")).toEqual({
      metadata: {
        labels: { [SEALING_KEY]: "compromised" },
        annotations: {
          "lacre.dev/not-before": held.notBefore,
          "lacre.dev/not-after": held.notAfter,
          "lacre.dev/key-proof": "the proof",
        },
      },
    });
  });
});

describe("the Secret of the identity", () => {
  it("gives its seed back, and has proofs from the start", () => {
    const identity = identitySecret("lacre-system", seed, 7);
    expect([identity.metadata.name, identity.immutable]).toEqual([IDENTITY_SECRET, true]);
    expect([...(readIdentitySecret(identity) ?? [])]).toEqual([...seed]);
    expect([readSerial(identity), hasKeyProofs(identity)]).toEqual([7, true]);
    expect(readSerial(identitySecret("lacre-system", seed))).toBe(0);
  });

  it("holds no identity where the seed is missing, cut or longer", () => {
    const of = (data: KeySecret["data"]) =>
      readIdentitySecret({ metadata: { name: IDENTITY_SECRET }, ...(data && { data }) });
    expect(of(undefined)).toBeUndefined();
    for (const bytes of [0, 31, 33])
      expect([bytes, of({ key: toBase64(new Uint8Array(bytes)) })]).toEqual([bytes, undefined]);
    expect(of({ key: "###" })).toBeUndefined();
  });

  it("has no serial but a whole number above zero", () => {
    const of = (serial: string) =>
      readSerial({ metadata: { name: IDENTITY_SECRET, annotations: { "lacre.dev/serial": serial } } });
    expect(["12", "-1", "0", "1.5", "soon", "", "1e400", "9007199254740993"].map(of)).toEqual([
      12, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect(serialPatch(9)).toEqual({ metadata: { annotations: { "lacre.dev/serial": "9" } } });
  });

  it("says that every key has a proof by one version of it only", () => {
    const of = (version: string) =>
      hasKeyProofs({ metadata: { name: "x", annotations: { "lacre.dev/key-proofs": version } } });
    expect([of("v1"), of("v2"), of("")]).toEqual([true, false, false]);
    expect(keyProofsPatch()).toEqual({ metadata: { annotations: { "lacre.dev/key-proofs": "v1" } } });
    expect(fromBase64(identitySecret("n", seed).data?.["key"] ?? "")).toHaveLength(32);
  });
});
