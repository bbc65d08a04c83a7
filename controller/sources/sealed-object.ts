/** A SealedSecret as the API server sends it, into the model. The CRD's schema was checked there; nothing is taken on trust here. */
import { type Engine, isAt, type Keyring } from "../../src/crypto/index.ts";
import {
  PLAIN_SHAPE,
  parseKey,
  parseToken,
  type SealedSecret,
  type SecretShape,
  type SyncPolicy,
} from "../../src/model/index.ts";
import type { Objection } from "../decide/problem.ts";
import type { SealedSecretObject } from "../kube/object.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A SealedSecret with its slots: one token where `sealed` stands, several where `environments` does. */
export type SlottedSecret = Omit<SealedSecret, "entries"> & { readonly slots: ReadonlyMap<string, readonly string[]> };

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(message: string): Objection {
  return { reason: "InvalidSpec", message };
}

function textMap(value: unknown): ReadonlyMap<string, string> {
  if (!isFields(value)) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function readShape(value: unknown): SecretShape {
  if (!isFields(value)) return PLAIN_SHAPE;
  return {
    type: typeof value["type"] === "string" && value["type"] !== "" ? value["type"] : PLAIN_SHAPE.type,
    immutable: value["immutable"] === true,
    labels: textMap(value["labels"]),
    annotations: textMap(value["annotations"]),
  };
}

function choose<T extends string>(value: unknown, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? (choices[0] as T);
}

function readPolicy(spec: Fields): SyncPolicy {
  return {
    drift: choose(spec["driftPolicy"], ["Correct", "Detect", "Ignore"]),
    adopt: choose(spec["adopt"], ["Never", "IfUnowned", "Merge"]),
    deletion: choose(spec["deletionPolicy"], ["Delete", "Orphan"]),
    suspend: spec["suspend"] === true,
  };
}

function readTokens(entry: unknown): readonly string[] {
  if (!isFields(entry)) return [];
  if (typeof entry["sealed"] === "string") return [entry["sealed"]];
  if (!isFields(entry["environments"])) return [];
  return Object.values(entry["environments"]).flatMap((slot) =>
    isFields(slot) && typeof slot["sealed"] === "string" ? [slot["sealed"]] : [],
  );
}

/** The object's spec, or what is wrong with it. */
export function readSealedObject(object: SealedSecretObject): SlottedSecret | Objection {
  const { spec, metadata } = object;
  if (!isFields(spec) || !isFields(spec["entries"])) return invalid("spec.entries is missing");
  const slots = new Map<string, readonly string[]>();
  for (const [key, entry] of Object.entries(spec["entries"])) {
    try {
      parseKey(key);
    } catch {
      return invalid("a key of spec.entries is not a valid name");
    }
    const tokens = readTokens(entry);
    if (tokens.length === 0) return invalid(`entry ${key} has neither sealed nor environments`);
    slots.set(key, tokens);
  }
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    labels: new Map(),
    annotations: new Map(),
    shape: readShape(spec["secret"]),
    policy: readPolicy(spec),
    slots,
  };
}

/**
 * Picks the token of each entry: the one slot whose key is held and that belongs here. None that fits leaves the first, so
 * that opening says what is wrong with it. Two that fit are an error, not a guess.
 */
export function pickSlots(engine: Engine, keyring: Keyring, slotted: SlottedSecret): SealedSecret | Objection {
  const { slots, ...rest } = slotted;
  const entries = new Map<string, string>();
  for (const [key, tokens] of slots) {
    const [only = ""] = tokens;
    if (tokens.length === 1) {
      entries.set(key, only);
      continue;
    }
    const place = { namespace: rest.namespace, name: rest.name, key };
    const fitting = tokens.filter((text) => {
      const token = parseToken(text);
      if (token === undefined || !isAt(engine, token, place)) return false;
      return token.stanzas.some(({ keyId }) => keyring.find(keyId) !== undefined);
    });
    if (fitting.length > 1) {
      return {
        reason: "AmbiguousEntry",
        message: `entry ${key} has ${fitting.length} environments that this cluster can open; keep one`,
      };
    }
    entries.set(key, fitting[0] ?? only);
  }
  return { ...rest, entries };
}
