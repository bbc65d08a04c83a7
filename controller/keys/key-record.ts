/** A private key as the cluster keeps it: one Secret a key, in the controller's namespace. Pure. */
import {
  type Engine,
  formatPrivateKey,
  KEY_STATES,
  type KeyState,
  LacreError,
  type PrivateKey,
  parsePrivateKeys,
  shortKeyId,
} from "../../src/index.ts";
import type { SecretObject } from "../kube/object.ts";
import { rfc3339 } from "../time.ts";

/** The label that makes a Secret a sealing key; its value is the key's state. */
export const SEALING_KEY = "lacre.dev/sealing-key";
/** The label of the Secret that holds the cluster's identity. */
export const IDENTITY = "lacre.dev/identity";
const NOT_BEFORE = "lacre.dev/not-before";
const NOT_AFTER = "lacre.dev/not-after";
const SERIAL = "lacre.dev/serial";
const DATA_KEY = "key";

/** One key that is held. Times are RFC 3339. */
export type KeyRecord = {
  readonly key: PrivateKey;
  readonly state: KeyState;
  readonly notBefore: string;
  readonly notAfter: string;
};

function timeOf(text: string | undefined, otherwise: string): string {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? otherwise : rfc3339(date);
}

/** The key in a Secret, or one sentence about what is wrong with it. Its content is never quoted. */
export function readKeySecret(engine: Engine, secret: SecretObject): KeyRecord | string {
  const { metadata, data } = secret;
  const state = KEY_STATES.find((candidate) => candidate === metadata.labels?.[SEALING_KEY]);
  if (state === undefined) return `its label ${SEALING_KEY} is none of: ${KEY_STATES.join(", ")}`;
  const encoded = data?.[DATA_KEY];
  if (encoded === undefined) return `it has no value under ${DATA_KEY}`;
  try {
    const keys = parsePrivateKeys(engine, Buffer.from(encoded, "base64").toString("utf8"));
    const [key] = keys;
    if (key === undefined || keys.length !== 1) return "it must hold one private key";
    const notBefore = timeOf(metadata.annotations?.[NOT_BEFORE], "1970-01-01T00:00:00Z");
    return { key, state, notBefore, notAfter: timeOf(metadata.annotations?.[NOT_AFTER], "9999-12-31T23:59:59Z") };
  } catch (error) {
    if (error instanceof LacreError) return error.message;
    throw error;
  }
}

/** The Secret that keeps a new key. */
export function keySecret(namespace: string, key: PrivateKey, now: Date, lifetimeMs: number): SecretObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `lacre-key-${shortKeyId(key.publicKey.keyId)}`,
      namespace,
      labels: { [SEALING_KEY]: "active" },
      annotations: { [NOT_BEFORE]: rfc3339(now), [NOT_AFTER]: rfc3339(new Date(now.getTime() + lifetimeMs)) },
    },
    type: "Opaque",
    immutable: true,
    data: { [DATA_KEY]: Buffer.from(`${formatPrivateKey(key)}\n`).toString("base64") },
  };
}

/** What moves a key to another state. */
export function statePatch(state: KeyState): object {
  return { metadata: { labels: { [SEALING_KEY]: state } } };
}

/** The seed of the identity in a Secret, 32 bytes. */
export function readIdentitySecret({ data }: SecretObject): Uint8Array | undefined {
  const seed = data?.[DATA_KEY] === undefined ? undefined : Buffer.from(data[DATA_KEY], "base64");
  return seed?.length === 32 ? new Uint8Array(seed) : undefined;
}

/** The serial of the newest list that was signed: kept with the identity, so that it rises even where the list is lost. */
export function readSerial({ metadata }: SecretObject): number {
  const serial = Number(metadata.annotations?.[SERIAL]);
  return Number.isSafeInteger(serial) && serial > 0 ? serial : 0;
}

/** What keeps the serial. */
export function serialPatch(serial: number): object {
  return { metadata: { annotations: { [SERIAL]: String(serial) } } };
}

/** The Secret that keeps the identity. */
export function identitySecret(namespace: string, seed: Uint8Array): SecretObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "lacre-identity", namespace, labels: { [IDENTITY]: "ed25519" } },
    type: "Opaque",
    immutable: true,
    data: { [DATA_KEY]: Buffer.from(seed).toString("base64") },
  };
}
