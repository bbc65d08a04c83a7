/**
 * The private keys of a cluster as one text: what a key file of a standalone controller holds, and what a backup opens to.
 * docs/key-store.md is its description; a store is also a key file, because each key stands in a line of its own.
 */
import { fromBase64url, toBase64url, utf8 } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { type PrivateKey, type PublicKey, SEED_BYTES } from "../crypto/key.ts";
import { LacreError } from "../errors.ts";
import { type KeyId, shortKeyId } from "../model/key-id.ts";
import { LABEL } from "../model/label.ts";
import { contentLines } from "../model/lines.ts";
import { CLUSTER, KEY_STATES, type KeyList, type KeyState, type ListedKey, TIME } from "./list.ts";
import { formatPrivateKey, formatPublicKey, parsePrivateKeys, parsePublicKeys } from "./text.ts";

/** The state of a key that is held. pending: made, and not to be used before its backup exists. It is not listed. */
export type HeldState = KeyState | "pending";

/** All states of held keys. */
export const HELD_STATES: readonly HeldState[] = [...KEY_STATES, "pending"];

/** One key of a store. Times are RFC 3339, in seconds and UTC. A destroyed key has no private part any more. */
export type HeldKey = {
  readonly publicKey: PublicKey;
  readonly privateKey?: PrivateKey;
  readonly state: HeldState;
  readonly notBefore: string;
  readonly notAfter: string;
};

/** All that a cluster needs to be itself again. identity: the 32-byte Ed25519 seed that signs its key lists. */
export type KeyStore = {
  readonly cluster: string;
  /** Of the newest list that was signed. */
  readonly serial: number;
  readonly identity: Uint8Array;
  readonly keys: readonly HeldKey[];
};

const HEADER = "lacre-store-1";
const IDENTITY = "lacre-identity-1.";
const COMMENT = "# Private keys of a lacre cluster: mode 0600, never in Git, never in a ticket.";

const ORDER: readonly HeldState[] = ["pending", "active", "decrypt-only", "compromised", "destroyed"];

/** Of two states of one key the one that is further on: a key never comes back. */
export function furtherState<S extends HeldState>(a: S, b: S): S {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

/** True for a text that is meant as a store. */
export function isKeyStore(text: string): boolean {
  return contentLines(text)[0] === HEADER;
}

const CHECK = "# check: ";
const CHECK_BYTES = 12;

/** Finds what was cut or damaged by accident. It proves nothing: who may write the store can write it too. */
function checkOf(engine: Engine, content: readonly string[]): string {
  const hash = engine.sha256(utf8(`${LABEL}store\0${content.join("\n")}\n`));
  return toBase64url(hash.subarray(0, CHECK_BYTES));
}

/** The text of a store. Only ever written to a 0600 file, or sealed as a backup. */
export function formatKeyStore(engine: Engine, { cluster, serial, identity, keys }: KeyStore): string {
  const head = [HEADER, `cluster: ${cluster}`, `serial: ${serial}`, `${IDENTITY}${toBase64url(identity)}`];
  const lines = keys.flatMap(({ publicKey, privateKey, state, notBefore, notAfter }) => [
    `key: ${state} ${notBefore} ${notAfter} ${publicKey.keyId}`,
    privateKey === undefined ? formatPublicKey(publicKey) : formatPrivateKey(privateKey),
  ]);
  // The check comes first, so that it stays when the end is cut; as a comment, for versions that do not know it.
  return `${[COMMENT, `${CHECK}${checkOf(engine, [...head, ...lines])}`, ...head, ...lines].join("\n")}\n`;
}

/** A store of an earlier version has no check. */
function refuseDamaged(engine: Engine, text: string): void {
  const written = text.split(/\r?\n/).find((line) => line.startsWith(CHECK));
  if (written === undefined || written.slice(CHECK.length).trim() === checkOf(engine, contentLines(text))) return;
  throw new LacreError("KEY_INVALID", "the key store is damaged: it is not what was written", {
    hint: "it was cut or edited: restore it from a backup; who edited it on purpose removes its line # check:",
  });
}

function invalid(message: string): LacreError {
  return new LacreError("KEY_INVALID", message, { hint: "it was cut or edited: restore it from a backup" });
}

function field(line: string | undefined, start: string): string {
  if (line === undefined || !line.startsWith(start)) {
    throw invalid(`the key store has no ${start.replace(/[:.\d-]*\s*$/, "")} where it must be`);
  }
  return line.slice(start.length);
}

function parseHeldKey(engine: Engine, line: string, keyLine: string | undefined): HeldKey {
  const [stateText = "", notBefore = "", notAfter = "", keyId = "", ...rest] = field(line, "key: ").split(" ");
  const state = HELD_STATES.find((candidate) => candidate === stateText);
  if (state === undefined) throw invalid("a key of the store is in a state that this version does not know");
  if (rest.length > 0 || !TIME.test(notBefore) || !TIME.test(notAfter) || keyLine === undefined) {
    throw invalid("a key of the store is not whole");
  }
  const [privateKey] = state === "destroyed" ? [] : parsePrivateKeys(engine, keyLine);
  const [publicKey] = privateKey === undefined ? parsePublicKeys(engine, keyLine) : [privateKey.publicKey];
  if (publicKey?.keyId !== keyId) {
    throw invalid(
      `the private key that is filed as ${keyId.slice(0, 8)} derives ${shortKeyId(publicKey?.keyId as KeyId)}: it is another or damaged`,
    );
  }
  return { publicKey, ...(privateKey !== undefined && { privateKey }), state, notBefore, notAfter };
}

/** The store in a text, every key id derived again and compared, or KEY_INVALID. */
export function parseKeyStore(engine: Engine, text: string): KeyStore {
  const [header, clusterLine, serialLine, identityLine, ...rest] = contentLines(text);
  if (header !== HEADER) throw invalid("this is not a key store of a version that is known");
  const cluster = field(clusterLine, "cluster: ");
  const serial = Number(field(serialLine, "serial: "));
  const identity = fromBase64url(field(identityLine, IDENTITY));
  if (!CLUSTER.test(cluster)) throw invalid("the name of the cluster is not valid");
  if (!Number.isSafeInteger(serial) || serial < 0) throw invalid("the serial is no whole number");
  if (identity?.length !== SEED_BYTES) throw invalid("the identity is cut");
  const keys: HeldKey[] = [];
  for (let at = 0; at < rest.length; at += 2) keys.push(parseHeldKey(engine, rest[at] as string, rest[at + 1]));
  const ids = new Set(keys.map(({ publicKey }) => publicKey.keyId));
  if (ids.size !== keys.length) throw invalid("a key stands twice in the store");
  refuseDamaged(engine, text);
  return { cluster, serial, identity, keys };
}

/** All private keys of a key file: bare lines, or a store with whatever its keys' states are. KEY_INVALID or KEY_IS_PUBLIC. */
export function readPrivateKeys(engine: Engine, text: string): readonly PrivateKey[] {
  if (!isKeyStore(text)) return parsePrivateKeys(engine, text);
  const keys = parseKeyStore(engine, text).keys.flatMap(({ privateKey }) => privateKey ?? []);
  if (keys.length === 0) throw invalid("every key of the store is destroyed");
  return keys;
}

/** The list that a store publishes, the newest key first. Keys that wait for their backup are not in it. */
export function listOf({ cluster, serial, keys }: KeyStore): KeyList {
  const listed = keys.flatMap(({ publicKey, state, notBefore, notAfter }): readonly ListedKey[] =>
    state === "pending" ? [] : [{ publicKey, state, notBefore, notAfter }],
  );
  // Of two that were made in the same second the active one is the newer.
  const order = ({ notBefore, state, publicKey }: ListedKey) =>
    `${notBefore} ${state === "active" ? 1 : 0} ${publicKey.keyId}`;
  return { cluster, serial, keys: listed.sort((a, b) => (order(a) < order(b) ? 1 : -1)) };
}

/** The next serial of a cluster's lists: it rises whatever was lost, because it is never below the time. */
export function nextSerial(now: Date, ...serials: readonly number[]): number {
  return Math.max(Math.max(...serials) + 1, Math.floor(now.getTime() / 1000));
}

/** Overwrites every seed. */
export function wipeStore({ identity, keys }: KeyStore): void {
  identity.fill(0);
  for (const { privateKey } of keys) privateKey?.wipe();
}
