/** The catalogue: ids are closed, each has its words, and every rule is somebody's. */
import { describe, expect, it } from "vitest";
import { DETECTORS } from "../../../src/verify/detect/detectors.ts";
import { findRule, RULES, type RuleId, ruleOf } from "../../../src/verify/rules.ts";

/** Rules about a repository or about verify itself: no text alone breaks them. */
const OF_NO_TEXT: readonly RuleId[] = [
  "allowance-added",
  "environment-keys-missing",
  "environment-not-pinned",
  "environment-changed",
  "environment-list-old",
  "environment-moved",
  "environments-equal",
  "too-large",
  "too-many",
  "too-slow",
];

describe("the id of a rule", () => {
  it("that was mistyped does not compile, nor does a text that only may be one", () => {
    // @ts-expect-error a letter is missing
    const typo: RuleId = "plaintext-credentia";
    // @ts-expect-error the ids of tokens are made by their table only
    const token: RuleId = "github-token";
    expect([typo, token]).toHaveLength(2);
  });

  it("gives its rule; a text is looked up, and may name none", () => {
    for (const rule of RULES) expect(ruleOf(rule.id)).toBe(rule);
    expect(findRule("github-token")?.title).toBe("GitHub token");
    expect(["plaintext-credentia", "", "toString", "__proto__"].map(findRule)).toEqual(Array(4).fill(undefined));
  });
});

it("every rule is reported by a detector, or is about no text", () => {
  const reported = new Set([...DETECTORS.flatMap(({ rules }) => rules), ...OF_NO_TEXT]);
  expect(RULES.map(({ id }) => id).filter((id) => !reported.has(id))).toEqual([]);
});

it("a warning says what its note says, and nothing else does", () => {
  for (const rule of RULES) expect([rule.id, "told" in rule]).toEqual([rule.id, rule.kind === "warning"]);
});

it("every next step is about the file", () => {
  const generic = RULES.filter(({ fix }) => fix("THE-FILE", "THE-ENTRY") === fix("ANOTHER", "ONE"));
  expect(generic.map(({ id }) => id)).toEqual(["environment-not-pinned", "environment-changed", "environment-moved"]);
});
