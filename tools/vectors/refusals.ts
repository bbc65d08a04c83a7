/** Rules into vectors: every rule for both suites, with one recipient and with two, signed and not, in turns. */
import type { Suite } from "../../src/model/suite.ts";
import { forge, keyOf, PLACE, type Place } from "./forge.ts";
import { DECRYPT_RULES, OPENED_RULES, UNKNOWN_RULES } from "./opening-rules.ts";
import { PLACE_RULES } from "./place-rules.ts";
import type { Reason, Rule } from "./rule.ts";
import { SHAPE_RULES } from "./shape-rules.ts";

const SUITE_NAMES: readonly Suite[] = ["x25519", "mlkem768x25519"];
const BY_REASON: readonly (readonly [Reason, readonly Rule[]])[] = [
  ["malformed", SHAPE_RULES],
  ["wrong-context", PLACE_RULES],
  ["unknown-key", UNKNOWN_RULES],
  ["cannot-decrypt", DECRYPT_RULES],
];

/** A long run of one letter is written once: ["A", 720000]. */
function inPieces(token: string): string | readonly (readonly [string, number])[] {
  const pieces = token.split(/(A{500,})/).filter((piece) => piece !== "");
  if (!pieces.some((piece) => /^A{500,}$/.test(piece))) return token;
  return pieces.map((piece) => (/^A{500,}$/.test(piece) ? (["A", piece.length] as const) : ([piece, 1] as const)));
}

/** A vector as it is published. */
export type TokenVector = {
  readonly rule: string;
  readonly suite: Suite;
  readonly recipients: number;
  readonly signed: boolean;
  readonly place: Place;
  readonly keys: readonly { readonly suite: Suite; readonly seed: string }[];
  readonly token: string | readonly (readonly [string, number])[];
};

function vectorOf(rule: Rule, suite: Suite, turn: number): TokenVector {
  const recipients = rule.recipients ?? (turn % 2 === 0 ? 1 : 2);
  const signed = rule.signed ?? turn % 4 >= 2;
  const changes = rule.forge?.(suite) ?? {};
  const token = forge(suite, {
    recipients: Array.from({ length: recipients }, (_, index) => keyOf(suite, index + 1).publicKey),
    signed,
    ...changes,
  });
  const held = rule.held?.(suite) ?? [{ suite, fill: 1 }];
  return {
    rule: rule.rule,
    suite,
    recipients,
    signed,
    place: rule.found ?? changes.place ?? PLACE,
    keys: held.map((key) => ({ suite: key.suite, seed: Buffer.alloc(32, key.fill).toString("hex") })),
    token: inPieces(token),
  };
}

function vectorsOf(rules: readonly Rule[]): readonly TokenVector[] {
  return rules.flatMap((rule, index) =>
    (rule.suites ?? SUITE_NAMES).map((suite, second) => vectorOf(rule, suite, index + second)),
  );
}

/** Tokens that must be refused, with the reason, and some that must not. */
export function refusals(): {
  readonly refused: readonly (TokenVector & { readonly reason: Reason })[];
  readonly opened: readonly TokenVector[];
} {
  return {
    refused: BY_REASON.flatMap(([reason, rules]) => vectorsOf(rules).map((vector) => ({ ...vector, reason }))),
    opened: vectorsOf(OPENED_RULES),
  };
}
