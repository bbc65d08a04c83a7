/** The committed object: how it is called, what of it belongs to deployment tools, and how large it may be. */
import { describe, expect, it } from "vitest";
import { type Entry, entryOf, Slot } from "../../../src/model/entry.ts";
import { MAX_ANNOTATION_CHARACTERS, MAX_ENTRIES, MAX_TOKEN_CHARACTERS } from "../../../src/model/limits.ts";
import {
  checkExcess,
  excessOf,
  isTrackingKey,
  objectName,
  type SealedSecret,
  sortedKeys,
} from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../src/model/secret.ts";
import { refusalOf } from "../../support/refusal.ts";
import { sealedSecret } from "../../support/sealed-secret.ts";

it("people call an object by its namespace, where it has one", () => {
  expect(objectName({ namespace: "shop", name: "db" })).toBe("shop/db");
  expect(objectName({ namespace: "", name: "db" })).toBe("db");
});

it("keys stand by code unit, in no language's order", () => {
  expect(sortedKeys(["b", "B", "a", "_", "ä", "10", "9"])).toEqual(["10", "9", "B", "_", "a", "b", "ä"]);
});

it.each([
  ["argocd.argoproj.io/instance", true],
  ["kustomize.toolkit.fluxcd.io/name", true],
  ["helm.toolkit.fluxcd.io/name", true],
  ["helm.sh/chart", true],
  ["meta.helm.sh/release-name", true],
  ["app.kubernetes.io/managed-by", true],
  ["app.kubernetes.io/instance", true],
  ["app.kubernetes.io/name", false],
  ["app", false],
  ["nothelm.sh/chart", false],
  ["reconcile.fluxcd.io/requestedAt", false],
])("the label %s is one that a deployment tool tracks by: %s", (key, isOne) => {
  expect(isTrackingKey(key)).toBe(isOne);
});

const many = <T>(count: number, value: T) =>
  new Map(Array.from({ length: count }, (_, at) => [`K${at}`, value] as const));
const environments = (count: number) =>
  new Map([["A", Array.from({ length: count }, (_, at) => new Slot("x", `e${at}`)) as unknown as Entry]]);
const labels = (of: ReadonlyMap<string, string>) => ({ shape: { ...PLAIN_SHAPE, labels: of } });
const annotations = (of: ReadonlyMap<string, string>) => ({ shape: { ...PLAIN_SHAPE, annotations: of } });
const one = (text: string) => new Map([["a", text]]);

const LIMITS: readonly (readonly [string, Partial<SealedSecret>, Partial<SealedSecret>])[] = [
  [
    "more than 512 entries",
    { entries: many(MAX_ENTRIES, entryOf("x")) },
    { entries: many(MAX_ENTRIES + 1, entryOf("x")) },
  ],
  ["the entry A with more than 16 environments", { entries: environments(16) }, { entries: environments(17) }],
  [
    "the entry A with more than 800000 characters",
    { entries: new Map([["A", entryOf("x".repeat(MAX_TOKEN_CHARACTERS))]]) },
    { entries: new Map([["A", entryOf("x".repeat(MAX_TOKEN_CHARACTERS + 1))]]) },
  ],
  ["more than 64 labels", labels(many(64, "")), labels(many(65, ""))],
  ["more than 64 annotations", annotations(many(64, "")), annotations(many(65, ""))],
  ["the label a with more than 63 characters", labels(one("x".repeat(63))), labels(one("x".repeat(64)))],
  [
    "the annotation a with more than 65536 characters",
    annotations(one("x".repeat(MAX_ANNOTATION_CHARACTERS))),
    annotations(one("x".repeat(MAX_ANNOTATION_CHARACTERS + 1))),
  ],
  ["the label a with more than 63 characters", labels(one("🔑".repeat(63))), labels(one("🔑".repeat(64)))],
];

describe("a cluster takes", () => {
  it.each(LIMITS)("no %s, and exactly as many", (excess, most, more) => {
    expect(excessOf(sealedSecret(most))).toBeUndefined();
    expect(excessOf(sealedSecret(more))).toBe(excess);
  });

  it("no token that is too long for one environment", () => {
    const slots = [new Slot("x", "staging"), new Slot("x".repeat(MAX_TOKEN_CHARACTERS + 1), "production")] as const;
    expect(excessOf(sealedSecret({ entries: new Map([["A", slots]]) }))).toContain("the entry A with more than");
  });

  it("nothing that is in excess: it is refused by its name and with what to do", () => {
    expect(checkExcess(sealedSecret())).toBeUndefined();
    expect(refusalOf(() => checkExcess(sealedSecret(labels(many(65, "")))))).toMatchObject({
      code: "VALUE_TOO_LARGE",
      message: "Secret shop/db-credentials has more than 64 labels, which no cluster takes",
      hint: expect.stringContaining("split it"),
    });
  });
});
