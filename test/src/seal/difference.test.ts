/** What differs between Git and the cluster, by name: no token and no value is in it. */
import { describe, expect, it } from "vitest";
import { type Entry, Slot } from "../../../src/model/entry.ts";
import { DEFAULT_POLICY, type SealedSecret } from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../src/model/secret.ts";
import { sealedDifferences } from "../../../src/seal/difference.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";

const ofEnvironments = (staging: string, production: string): Entry => [
  new Slot(staging, "staging"),
  new Slot(production, "production"),
];
const entries = (of: Parameters<typeof entriesOf>[0]) => sealedSecret({ entries: entriesOf(of) });
const shape = (more: Partial<SealedSecret["shape"]>) => sealedSecret({ shape: { ...PLAIN_SHAPE, ...more } });
const policy = (more: Partial<SealedSecret["policy"]>) => sealedSecret({ policy: { ...DEFAULT_POLICY, ...more } });
const shown = (git: SealedSecret, live: SealedSecret) =>
  sealedDifferences(git, live).map(({ sign, what }) => `${sign} ${what}`);

const CASES: readonly (readonly [string, SealedSecret, SealedSecret, readonly string[]])[] = [
  ["nothing, where all is the same", entries({ A: "a" }), entries({ A: "a" }), []],
  ["nothing, where only the order differs", entries({ A: "a", B: "b" }), entries({ B: "b", A: "a" }), []],
  ["an entry that only Git has", entries({ A: "a" }), entries({}), ["+ entry A"]],
  ["an entry that only the cluster has", entries({}), entries({ A: "a" }), ["- entry A"]],
  ["another token of one key", entries({ A: "a" }), entries({ A: "b" }), ["~ entry A"]],
  [
    "the value of one environment",
    entries({ A: ofEnvironments("s", "p") }),
    entries({ A: ofEnvironments("s", "q") }),
    ["~ entry A (production)"],
  ],
  [
    "one value that became one for each environment",
    entries({ A: ofEnvironments("s", "p") }),
    entries({ A: "s" }),
    ["- entry A", "+ entry A (production)", "+ entry A (staging)"],
  ],
  ["a label", shape({ labels: new Map([["a", "1"]]) }), shape({ labels: new Map([["a", "2"]]) }), ["~ label a"]],
  [
    "an annotation that only the cluster has",
    shape({}),
    shape({ annotations: new Map([["a", ""]]) }),
    ["- annotation a"],
  ],
  ["the type", shape({ type: "example.org/a" }), shape({}), ["~ type"]],
  ["immutable", shape({ immutable: true }), shape({}), ["~ immutable"]],
  ["driftPolicy", policy({ drift: "Ignore" }), policy({}), ["~ driftPolicy"]],
  ["adopt", policy({ adopt: "Merge" }), policy({}), ["~ adopt"]],
  ["deletionPolicy", policy({ deletion: "Orphan" }), policy({}), ["~ deletionPolicy"]],
  ["suspend", policy({ suspend: true }), policy({}), ["~ suspend"]],
  [
    "what deployment tools track is not the Secret's",
    sealedSecret({ labels: new Map([["helm.sh/chart", "a"]]) }),
    sealedSecret(),
    [],
  ],
];

describe("what differs between Git and the cluster", () => {
  it.each(CASES)("is told: %s", (_what, git, live, lines) => {
    expect(shown(git, live)).toEqual(lines);
  });

  it("stands in one order, whatever the order of the manifests is", () => {
    const git = sealedSecret({
      entries: entriesOf({ Z: "1", A: "1" }),
      shape: { ...PLAIN_SHAPE, type: "t", labels: new Map([["l", ""]]), annotations: new Map([["n", ""]]) },
    });
    expect(shown(git, sealedSecret())).toEqual(["+ entry A", "+ entry Z", "+ label l", "+ annotation n", "~ type"]);
  });
});
