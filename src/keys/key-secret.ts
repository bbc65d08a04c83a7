/** A private key as Kubernetes keeps it: one Secret a key, in the controller's namespace. Pure. */

import { fromBase64, fromUtf8, toBase64, utf8 } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { SEED_BYTES } from "../crypto/key.ts";
import { LacreError } from "../errors.ts";
import { type KeyId, shortKeyId } from "../model/key-id.ts";
import {
  IDENTITY,
  IDENTITY_SECRET,
  KEY_PROOF,
  KEY_PROOFS,
  KEY_SECRET_PREFIX,
  MADE_FOR,
  NOT_AFTER,
  NOT_BEFORE,
  SEALING_KEY,
  SERIAL,
} from "../model/kubernetes.ts";
import { rfc3339 } from "../model/time.ts";
import { type KeyProof, parseKeyProof } from "./proof.ts";
import { HELD_STATES, type HeldKey } from "./store.ts";
import { formatPrivateKey, formatPublicKey, parsePrivateKeys, parsePublicKeys } from "./text.ts";

const KEY_PROOFS_VERSION = "v1";
const DATA_KEY = "key";
const PUBLIC_KEY = "public";

/** A Secret, as far as keys need one. Values are base64. */
export type KeySecret = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
};

function timeOf(text: string | undefined, otherwise: string): string {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? otherwise : rfc3339(date);
}

/** The key in a Secret, or one sentence about what is wrong with it, which never quotes its content. */
export type ReadKey = { readonly ok: true; readonly key: HeldKey } | { readonly ok: false; readonly problem: string };

function unreadable(problem: string): ReadKey {
  return { ok: false, problem };
}

/** Reads a key's Secret. Whether the key counts, judgeKeys tells. */
export function readKeySecret(engine: Engine, secret: KeySecret): ReadKey {
  const read = readKey(engine, secret);
  if (!read.ok) return read;
  const name = keySecretName(read.key.publicKey.keyId);
  return secret.metadata.name === name ? read : unreadable(`the key in it belongs into a Secret called ${name}`);
}

function readKey(engine: Engine, { metadata, data }: KeySecret): ReadKey {
  const state = HELD_STATES.find((candidate) => candidate === metadata.labels?.[SEALING_KEY]);
  if (state === undefined) return unreadable(`its label ${SEALING_KEY} is none of: ${HELD_STATES.join(", ")}`);
  const notBefore = timeOf(metadata.annotations?.[NOT_BEFORE], "1970-01-01T00:00:00Z");
  const notAfter = timeOf(metadata.annotations?.[NOT_AFTER], "9999-12-31T23:59:59Z");
  const name = state === "destroyed" && data?.[DATA_KEY] === undefined ? PUBLIC_KEY : DATA_KEY;
  const encoded = data?.[name];
  if (encoded === undefined) return unreadable(`it has no value under ${name}`);
  const text = fromUtf8(fromBase64(encoded) ?? new Uint8Array()) ?? "";
  const facts = { state, notBefore, notAfter };
  try {
    if (name === PUBLIC_KEY) {
      const [publicKey, ...others] = parsePublicKeys(engine, text);
      if (publicKey === undefined || others.length > 0) return unreadable("it must hold one public key");
      return { ok: true, key: { publicKey, ...facts } };
    }
    const [privateKey, ...others] = parsePrivateKeys(engine, text);
    if (privateKey === undefined || others.length > 0) return unreadable("it must hold one private key");
    return { ok: true, key: { publicKey: privateKey.publicKey, privateKey, ...facts } };
  } catch (error) {
    if (error instanceof LacreError) return unreadable(error.message);
    throw error;
  }
}

/** The name of a key's Secret. */
export function keySecretName(keyId: KeyId): string {
  return `${KEY_SECRET_PREFIX}${shortKeyId(keyId)}`;
}

/** The proof on a key's Secret; undefined for none, and for one that is not written as it must be. */
export function readKeyProof({ metadata }: KeySecret): KeyProof | undefined {
  return parseKeyProof(metadata.annotations?.[KEY_PROOF] ?? "");
}

/** The request that a key was made for. */
export function readMadeFor({ metadata }: KeySecret): string | undefined {
  return metadata.annotations?.[MADE_FOR];
}

/** The Secret that keeps a key, or what is left of one that was destroyed. proof: from proveKey. */
export function keySecret(namespace: string, key: HeldKey, proof: string, madeFor?: string): KeySecret {
  const { publicKey, privateKey, state, notBefore, notAfter } = key;
  const content =
    privateKey === undefined || state === "destroyed"
      ? { [PUBLIC_KEY]: toBase64(utf8(`${formatPublicKey(publicKey)}\n`)) }
      : { [DATA_KEY]: toBase64(utf8(`${formatPrivateKey(privateKey)}\n`)) };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: keySecretName(publicKey.keyId),
      namespace,
      labels: { [SEALING_KEY]: state },
      annotations: {
        [NOT_BEFORE]: notBefore,
        [NOT_AFTER]: notAfter,
        [KEY_PROOF]: proof,
        ...(madeFor !== undefined && { [MADE_FOR]: madeFor }),
      },
    },
    type: "Opaque",
    // Not immutable: destroying a key is then one request that takes its private part away, and needs no right to delete.
    data: content,
  };
}

/** What a key's Secret says of a key from now on, with the proof of it. */
function factsPatch({ state, notBefore, notAfter }: HeldKey, proof: string): object {
  return {
    labels: { [SEALING_KEY]: state },
    annotations: { [NOT_BEFORE]: notBefore, [NOT_AFTER]: notAfter, [KEY_PROOF]: proof },
  };
}

/** What moves a key to the state that it has in `key`. */
export function statePatch(key: HeldKey, proof: string): object {
  return { metadata: factsPatch(key, proof) };
}

/** What destroys a key: its state and the end of its private part, at once. */
export function destroyPatch(key: HeldKey, proof: string): object {
  const { publicKey } = key;
  return {
    metadata: factsPatch({ ...key, state: "destroyed" }, proof),
    data: { [DATA_KEY]: null, [PUBLIC_KEY]: toBase64(utf8(`${formatPublicKey(publicKey)}\n`)) },
  };
}

/** The seed of the identity in a Secret, 32 bytes. */
export function readIdentitySecret({ data }: KeySecret): Uint8Array | undefined {
  const seed = fromBase64(data?.[DATA_KEY] ?? "");
  return seed?.length === SEED_BYTES ? seed : undefined;
}

/** The serial of the newest list that was signed: kept with the identity, so that it rises even where the list is lost. */
export function readSerial({ metadata }: KeySecret): number {
  const serial = Number(metadata.annotations?.[SERIAL]);
  return Number.isSafeInteger(serial) && serial > 0 ? serial : 0;
}

/** True once every key that counts has a proof. */
export function hasKeyProofs({ metadata }: KeySecret): boolean {
  return metadata.annotations?.[KEY_PROOFS] === KEY_PROOFS_VERSION;
}

/** What says so. */
export function keyProofsPatch(): object {
  return { metadata: { annotations: { [KEY_PROOFS]: KEY_PROOFS_VERSION } } };
}

/** What keeps the serial. */
export function serialPatch(serial: number): object {
  return { metadata: { annotations: { [SERIAL]: String(serial) } } };
}

/** The Secret that keeps the identity of a cluster whose keys have proofs from the start. */
export function identitySecret(namespace: string, seed: Uint8Array, serial = 0): KeySecret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: IDENTITY_SECRET,
      namespace,
      labels: { [IDENTITY]: "ed25519" },
      annotations: { [KEY_PROOFS]: KEY_PROOFS_VERSION, ...(serial > 0 && { [SERIAL]: String(serial) }) },
    },
    type: "Opaque",
    immutable: true,
    data: { [DATA_KEY]: toBase64(seed) },
  };
}
