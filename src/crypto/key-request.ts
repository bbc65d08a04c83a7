/** What people ask of the keys, as annotations on the published list: who may change that ConfigMap may ask. Pure. */
import type { KeyId, KeyOrder } from "../../src/index.ts";

/** What can be asked for: `lacre.dev/NAME-requested: VALUE`, answered by `NAME-handled: VALUE` and `NAME-answer`. */
const NAMES = ["rotate", "compromised", "destroy"] as const;

/** One request that has no answer yet. */
export type KeyRequest = { readonly name: (typeof NAMES)[number]; readonly value: string };

type Annotations = Readonly<Record<string, string>>;

/** What lacre writes is far shorter. A longer one is neither read nor repeated. */
const MAX_LENGTH = 200;

/** The requests without an answer. */
export function openRequests(annotations: Annotations = {}): readonly KeyRequest[] {
  return NAMES.flatMap((name) => {
    const value = annotations[`lacre.dev/${name}-requested`];
    if (value === undefined || value === annotations[`lacre.dev/${name}-handled`]) return [];
    return value.length > MAX_LENGTH ? [] : [{ name, value }];
  });
}

/** The names of requests that are too long to be one. */
export function overlongRequests(annotations: Annotations = {}): readonly string[] {
  return NAMES.filter((name) => (annotations[`lacre.dev/${name}-requested`]?.length ?? 0) > MAX_LENGTH);
}

/** The order in a request: `KEYID TIME` or `KEYID TIME force`; undefined for one that cannot be read. */
export function orderOf({ name, value }: KeyRequest): KeyOrder | undefined {
  const match = /^([0-9a-f]{32}) \S+( force)?$/.exec(value);
  if (match === null || name === "rotate") return undefined;
  const keyId = match[1] as KeyId;
  return name === "compromised" ? { kind: name, keyId } : { kind: name, keyId, force: match[2] !== undefined };
}

/** What is written beside the list: the answers that were there, and those that are new. */
export function answersOf(
  annotations: Annotations = {},
  answers: ReadonlyMap<KeyRequest, string> = new Map(),
): Readonly<Record<string, string>> {
  const names = NAMES.flatMap((one) => [`lacre.dev/${one}-handled`, `lacre.dev/${one}-answer`]);
  const kept = Object.entries(annotations).filter(
    ([name, value]) => names.includes(name) && value.length <= MAX_LENGTH,
  );
  const added = [...answers].flatMap(([{ name, value }, answer]) => [
    [`lacre.dev/${name}-handled`, value],
    [`lacre.dev/${name}-answer`, answer],
  ]);
  return Object.fromEntries([...kept, ...added]);
}
