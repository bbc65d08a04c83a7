/**
 * What people ask of a cluster's keys, and what its controller answers: annotations on the published list. Who may change that
 * ConfigMap may ask. `NAME-requested: VALUE` is answered by `NAME-handled: VALUE` and `NAME-answer`.
 */

import type { KeyId } from "../model/key-id.ts";
import { KEY_REQUESTS, keyRequestNames } from "../model/kubernetes.ts";
import type { KeyOrder } from "./life.ts";

/** One request. value: `TIME` of a rotation, `KEYID TIME` or `KEYID TIME force` of an order about a key. */
export type KeyRequest = { readonly name: (typeof KEY_REQUESTS)[number]; readonly value: string };

/** note: what is left to do. */
export type KeyAnswer =
  | { readonly kind: "done"; readonly note?: string }
  | { readonly kind: "refused"; readonly why: string };

type Annotations = Readonly<Record<string, string>>;

/** What lacre writes is far shorter. A longer one is neither read nor repeated. */
const MAX_LENGTH = 200;
const DONE = "done";
const REFUSED = "refused: ";

/** Asks for a new key. time: RFC 3339; each request has its own. */
export function rotateRequest(time: string): KeyRequest {
  return { name: "rotate", value: time };
}

/** Asks for what an order says. time: as for a rotation. */
export function orderRequest(order: KeyOrder, time: string): KeyRequest {
  return {
    name: order.kind,
    value: `${order.keyId} ${time}${order.kind === "destroy" && order.force ? " force" : ""}`,
  };
}

/** The order in a request; undefined for one that cannot be read, and for a rotation, which is about no key. */
export function orderOf({ name, value }: KeyRequest): KeyOrder | undefined {
  const match = /^([0-9a-f]{32}) \S+( force)?$/.exec(value);
  if (match === null || name === "rotate") return undefined;
  const keyId = match[1] as KeyId;
  return name === "compromised" ? { kind: name, keyId } : { kind: name, keyId, force: match[2] !== undefined };
}

/** The annotations that ask. */
export function requestAnnotations({ name, value }: KeyRequest): Annotations {
  return { [keyRequestNames(name).requested]: value };
}

/** The requests without an answer. */
export function openRequests(annotations: Annotations = {}): readonly KeyRequest[] {
  return KEY_REQUESTS.flatMap((name) => {
    const value = annotations[keyRequestNames(name).requested];
    if (value === undefined || value === annotations[keyRequestNames(name).handled]) return [];
    return value.length > MAX_LENGTH ? [] : [{ name, value }];
  });
}

/** The names of requests that are too long to be one. */
export function overlongRequests(annotations: Annotations = {}): readonly string[] {
  return KEY_REQUESTS.filter((name) => (annotations[keyRequestNames(name).requested]?.length ?? 0) > MAX_LENGTH);
}

/** The answer in words, as it stands in the annotation and as people read it. */
export function formatAnswer(answer: KeyAnswer): string {
  if (answer.kind === "refused") return `${REFUSED}${answer.why}`;
  return answer.note === undefined ? DONE : `${DONE}: ${answer.note}`;
}

/** The answer to a request; undefined while there is none. */
export function answerTo({ name, value }: KeyRequest, annotations: Annotations = {}): KeyAnswer | undefined {
  if (annotations[keyRequestNames(name).handled] !== value) return undefined;
  const text = annotations[keyRequestNames(name).answer] ?? DONE;
  if (text === DONE) return { kind: "done" };
  if (text.startsWith(`${DONE}: `)) return { kind: "done", note: text.slice(DONE.length + 2) };
  return { kind: "refused", why: text.startsWith(REFUSED) ? text.slice(REFUSED.length) : text };
}

/** What is written beside the list: the answers that were there, and those that are new. */
export function answerAnnotations(
  annotations: Annotations = {},
  answers: ReadonlyMap<KeyRequest, KeyAnswer> = new Map(),
): Annotations {
  const names = KEY_REQUESTS.flatMap((one) => [keyRequestNames(one).handled, keyRequestNames(one).answer]);
  const kept = Object.entries(annotations).filter(
    ([name, value]) => names.includes(name) && value.length <= MAX_LENGTH,
  );
  const added = [...answers].flatMap(([{ name, value }, answer]) => [
    [keyRequestNames(name).handled, value],
    [keyRequestNames(name).answer, formatAnswer(answer)],
  ]);
  return Object.fromEntries([...kept, ...added]);
}
