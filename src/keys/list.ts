/** The signed list of a cluster's public keys: safe to publish, made to be committed and read in a diff. docs/format-v1.md, Key lists. */
import { concat, fromBase64url, sameBytes, toBase64url, utf8 } from "../bytes.ts";
import { isSigningKey } from "../crypto/ed25519.ts";
import type { Engine } from "../crypto/engine.ts";
import type { PublicKey } from "../crypto/key.ts";
import { LacreError } from "../errors.ts";
import { LABEL } from "../model/label.ts";
import { formatPublicKey, parsePublicKeys } from "./text.ts";

/** What a key may be used for: sealing and opening, opening only, or nothing any more. */
export type KeyState = "active" | "decrypt-only" | "compromised" | "destroyed";

/** All states. */
export const KEY_STATES: readonly KeyState[] = ["active", "decrypt-only", "compromised", "destroyed"];

/** One key of a list. Times are RFC 3339, in seconds and UTC. notAfter: when it is due to be replaced. */
export type ListedKey = {
  readonly publicKey: PublicKey;
  readonly state: KeyState;
  readonly notBefore: string;
  readonly notAfter: string;
};

/** The keys of one cluster. serial only rises. */
export type KeyList = { readonly cluster: string; readonly serial: number; readonly keys: readonly ListedKey[] };

/** A list, and the Ed25519 public key (32 bytes) that signed it. */
export type SignedKeyList = KeyList & { readonly identity: Uint8Array };

const HEADER = "lacre-keys-1";
/** Names of clusters. */
export const CLUSTER: RegExp = /^[a-z0-9](?:[-._a-z0-9]{0,251}[a-z0-9])?$/;
/** Times of keys: RFC 3339, in seconds and UTC. */
export const TIME: RegExp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const COMMENT = "# Public keys of a cluster: safe to publish. The list is signed: fetch it, do not edit it.";

/** True for a text that is meant as a key list. */
export function isKeyList(text: string): boolean {
  return lines(text)[0] === HEADER;
}

function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
}

function signedBytes(engine: Engine, canonical: readonly string[]): Uint8Array {
  return concat(utf8(`${LABEL}keys\0`), engine.sha256(utf8(`${canonical.join("\n")}\n`)));
}

function canonicalLines(list: KeyList, identity: Uint8Array): readonly string[] {
  return [
    HEADER,
    `cluster: ${list.cluster}`,
    `identity: ${toBase64url(identity)}`,
    `serial: ${list.serial}`,
    ...list.keys.map(
      ({ state, notBefore, notAfter, publicKey }) =>
        `key: ${state} ${notBefore} ${notAfter} ${formatPublicKey(publicKey)}`,
    ),
  ];
}

/** The text of a list, signed with the identity's 32-byte seed. The same input gives the same bytes. */
export function signKeyList(engine: Engine, list: KeyList, seed: Uint8Array): string {
  const canonical = canonicalLines(list, engine.signingKeyOf(seed));
  const signature = engine.sign(seed, signedBytes(engine, canonical));
  return `${COMMENT}\n${canonical.join("\n")}\nsignature: ${toBase64url(signature)}\n`;
}

function invalid(message: string): LacreError {
  return new LacreError("KEY_LIST_INVALID", message, {
    hint: "fetch it again from the cluster: lacre keys fetch; it must not be edited",
  });
}

function field(line: string | undefined, name: string): string {
  if (line === undefined || !line.startsWith(`${name}: `))
    throw invalid(`the key list has no ${name} where it must be`);
  return line.slice(name.length + 2);
}

function parseKeyLine(engine: Engine, line: string): ListedKey {
  const [stateText = "", notBefore = "", notAfter = "", keyText = "", ...rest] = field(line, "key").split(" ");
  const state = KEY_STATES.find((candidate) => candidate === stateText);
  if (state === undefined) throw invalid("a key of the list is in a state that this version does not know");
  if (rest.length > 0 || !TIME.test(notBefore) || !TIME.test(notAfter)) throw invalid("a key of the list is not valid");
  const [publicKey] = parsePublicKeys(engine, keyText);
  return { publicKey: publicKey as PublicKey, state, notBefore, notAfter };
}

/** The list in a text, its signature checked against the identity that it names, or KEY_LIST_INVALID. Whose identity that is, a pin tells. */
export function parseKeyList(engine: Engine, text: string): SignedKeyList {
  const all = lines(text);
  const [header, clusterLine, identityLine, serialLine, ...rest] = all;
  if (header !== HEADER) throw invalid("this is not a key list of a version that is known");
  const cluster = field(clusterLine, "cluster");
  const identity = fromBase64url(field(identityLine, "identity"));
  const serial = Number(field(serialLine, "serial"));
  const signature = fromBase64url(field(rest.at(-1), "signature"));
  if (!CLUSTER.test(cluster)) throw invalid("the name of the cluster is not valid");
  if (identity?.length !== 32 || signature?.length !== 64) throw invalid("the identity or the signature is cut");
  if (!isSigningKey(identity)) throw invalid("the identity is no key that signatures are judged by");
  if (!Number.isSafeInteger(serial) || serial < 0) throw invalid("the serial is no whole number");
  const keys = rest.slice(0, -1).map((line) => parseKeyLine(engine, line));
  const list = { cluster, serial, keys };
  const canonical = canonicalLines(list, identity);
  if (canonical.join("\n") !== all.slice(0, -1).join("\n")) throw invalid("the key list is not written as it must be");
  if (!engine.isSigned(identity, signedBytes(engine, canonical), signature)) {
    throw invalid("the signature of the key list does not fit: it was changed after it was signed");
  }
  return { ...list, identity };
}

/** What people compare: the SHA-256 of an identity, base64url. */
export function fingerprintOf(engine: Engine, identity: Uint8Array): string {
  return `SHA256:${toBase64url(engine.sha256(concat(utf8(`${LABEL}identity`), identity)))}`;
}

/** The key to seal to: of those that are active and nowhere in another state, the newest. */
export function newestActive<
  K extends { readonly state: string; readonly notBefore: string; readonly publicKey: PublicKey },
>(list: { readonly keys: readonly K[] }): K | undefined {
  const others = new Set(list.keys.filter(({ state }) => state !== "active").map(({ publicKey }) => publicKey.keyId));
  return list.keys
    .filter(({ state, publicKey }) => state === "active" && !others.has(publicKey.keyId))
    .reduce<K | undefined>(
      (newest, key) => (newest === undefined || key.notBefore >= newest.notBefore ? key : newest),
      undefined,
    );
}

/** True when both lists say the same, whatever their serial. */
export function sameKeys(a: KeyList, b: KeyList): boolean {
  const identity = new Uint8Array(32);
  const text = (list: KeyList) => utf8(canonicalLines({ ...list, serial: 0 }, identity).join("\n"));
  return sameBytes(text(a), text(b));
}
