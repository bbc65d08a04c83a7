/** Which Secrets are a cluster's keys: docs/key-secrets.md. */
import { describe, expect, it } from "vitest";
import {
  doubtIdentity,
  factsOfKey,
  foundKey,
  furtherState,
  HELD_STATES,
  type HeldKey,
  type HeldState,
  judgeKeys,
  type KeySecret,
  keySecret,
  keySecretName,
  parseKeyList,
  proveKey,
  readKeyProof,
  readKeySecret,
  signKeyList,
} from "../../../src/keys/index.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const times = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };
const seed = new Uint8Array(32).fill(1);
const strange = new Uint8Array(32).fill(2);

describe.each(bothEngines())("keys of a cluster, by their proofs ($name)", (engine) => {
  const identity = engine.signingKeyOf(seed);
  const held = (fill: number, state: HeldState): HeldKey => {
    const privateKey = keyOf(engine, "x25519", fill);
    return { publicKey: privateKey.publicKey, privateKey, state, ...times };
  };
  const secretOf = (key: HeldKey, by = seed) =>
    keySecret("lacre-system", key, proveKey(engine, factsOfKey(key), 5, by));
  const read = (secret: KeySecret) => {
    const held = readKeySecret(engine, secret);
    if (!held.ok) throw new Error(held.problem);
    return foundKey(engine, secret.metadata.name, held.key, readKeyProof(secret));
  };
  const changed = (secret: KeySecret, metadata: Partial<KeySecret["metadata"]>): KeySecret => ({
    ...secret,
    metadata: { ...secret.metadata, ...metadata },
  });
  const states = (secrets: readonly KeySecret[], list?: string) => {
    const judged = judgeKeys(identity, secrets.map(read), list === undefined ? undefined : parseKeyList(engine, list));
    return [judged.proven.map(({ held: { state } }) => state), judged.unproven.length];
  };
  const listOfStates = (
    by: Uint8Array,
    ...keys: readonly (readonly [number, "active" | "compromised" | "destroyed"])[]
  ) =>
    signKeyList(
      engine,
      {
        cluster: "prod",
        serial: 6,
        keys: keys.map(([fill, state]) => ({ publicKey: held(fill, "active").publicKey, state, ...times })),
      },
      by,
    );

  it("a key counts with the proof of the identity, in every state", () => {
    for (const state of HELD_STATES) expect(states([secretOf(held(1, state))])).toEqual([[state], 0]);
  });

  it("a key without a proof, with that of another identity, another key, another state or other times counts for nothing", () => {
    const good = secretOf(held(1, "decrypt-only"));
    const annotations = good.metadata.annotations ?? {};
    const { "lacre.dev/key-proof": proof = "", ...rest } = annotations;
    const wrong: readonly KeySecret[] = [
      changed(good, { annotations: rest }),
      secretOf(held(1, "decrypt-only"), strange),
      changed(secretOf(held(2, "decrypt-only")), { annotations }),
      changed(good, { labels: { "lacre.dev/sealing-key": "active" } }),
      changed(good, { annotations: { ...annotations, "lacre.dev/not-before": "2030-01-01T00:00:00Z" } }),
      changed(good, { annotations: { ...annotations, "lacre.dev/not-after": "2030-01-01T00:00:00Z" } }),
      ...[
        "",
        " ",
        `${proof} `,
        proof.replace("v1", "v2"),
        proof.replace(" 5 ", " 6 "),
        proof.replace(" 5 ", " 05 "),
      ].map((text) => changed(good, { annotations: { ...annotations, "lacre.dev/key-proof": text } })),
    ];
    for (const secret of wrong) expect(states([secret])).toEqual([[], 1]);
    expect(states([good])).toEqual([["decrypt-only"], 0]);
  });

  it("a key in a Secret of another name is none: not the backup, not the identity, not another key's", () => {
    for (const name of ["lacre-backup", "lacre-identity", "lacre-key-00000000", "late"]) {
      const answer = readKeySecret(engine, changed(secretOf(held(1, "active")), { name }));
      expect(answer).toEqual({
        ok: false,
        problem: `the key in it belongs into a Secret called ${keySecretName(held(1, "active").publicKey.keyId)}`,
      });
    }
  });

  it("of the Secret's state and the one that was published the one further on counts", () => {
    expect(states([secretOf(held(1, "active"))], listOfStates(seed, [1, "compromised"]))).toEqual([["compromised"], 0]);
    expect(states([secretOf(held(1, "decrypt-only"))], listOfStates(seed, [1, "destroyed"]))).toEqual([
      ["destroyed"],
      0,
    ]);
    expect(states([secretOf(held(1, "compromised"))], listOfStates(seed, [1, "active"]))).toEqual([["compromised"], 0]);
    // A list of somebody else says nothing.
    expect(states([secretOf(held(1, "active"))], listOfStates(strange, [1, "destroyed"]))).toEqual([["active"], 0]);
    // Of two lines for one key too.
    expect(states([secretOf(held(1, "active"))], listOfStates(seed, [1, "compromised"], [1, "active"]))).toEqual([
      ["compromised"],
      0,
    ]);
    for (const a of HELD_STATES) for (const b of HELD_STATES) expect(furtherState(a, b)).toBe(furtherState(b, a));
  });

  it("an identity is doubted where keys or list are of another, and a proof by itself outweighs any list", () => {
    const own = read(secretOf(held(1, "active")));
    const other = read(secretOf(held(2, "active"), strange));
    const theirs = parseKeyList(engine, listOfStates(strange, [1, "active"]));
    const mine = parseKeyList(engine, listOfStates(seed, [1, "active"]));
    const doubt = (...args: Parameters<typeof doubtIdentity> extends [unknown, ...infer R] ? R : never) =>
      doubtIdentity(engine, ...args) !== undefined;
    expect(doubt(identity, [], undefined, undefined)).toBe(false);
    expect(doubt(identity, [], mine, undefined)).toBe(false);
    expect(doubt(identity, [], theirs, undefined)).toBe(true);
    expect(doubt(identity, [other], mine, undefined)).toBe(true);
    expect(doubt(identity, [own, other], theirs, undefined)).toBe(false);
    expect(doubt(undefined, [], undefined, undefined)).toBe(false);
    expect(doubt(undefined, [own], undefined, undefined)).toBe(true);
    expect(doubt(undefined, [], mine, undefined)).toBe(true);
    const pin = doubtIdentity(engine, identity, [], undefined, "SHA256:x");
    expect(pin?.expected).toBe("SHA256:x");
    expect(doubt(identity, [other], theirs, pin?.found)).toBe(false);
    expect(doubt(undefined, [], undefined, pin?.found)).toBe(true);
  });
});
