/** What a repository allows, and what allows nothing any more. */
import { describe, expect, it } from "vitest";
import { applyAllowances } from "../../../../src/verify/allow/allowances.ts";
import { finding } from "../../../support/findings.ts";

const TODAY = "2026-11-25";
const entry = { identity: "known", rule: "plaintext-credential", path: "a.yaml", reason: "rotated" };

function applied(found = finding({ identities: ["known"] }), more: object = {}) {
  return applyAllowances([found], { allow: [], today: TODAY, isWhole: true, ...more });
}

describe("an entry of .lacre.yaml", () => {
  it.each([
    ["for the path", { path: "a.yaml" }, true],
    ["for the path and the rule", { path: "*.yaml", rule: "plaintext-credential" }, true],
    ["for another rule", { path: "a.yaml", rule: "private-key" }, false],
    ["for another path", { path: "b.yaml" }, false],
    ["that ends today", { path: "a.yaml", expires: TODAY }, true],
    ["that ended yesterday", { path: "a.yaml", expires: "2026-11-24" }, false],
  ])("%s allows: %s", (_, allowance, isAllowed) => {
    const { findings, stale } = applied(undefined, { allow: [{ reason: "why", ...allowance }] });
    expect([findings[0]?.allowed !== undefined, stale.length === 0]).toEqual([isAllowed, isAllowed]);
  });
});

describe("an entry of the baseline", () => {
  const baseline = (more: object) => ({ baseline: { keys: [], entries: [{ ...entry, ...more }] } });
  it.each([
    ["with the identity", {}, true],
    ["with another identity", { identity: "other" }, false],
    ["of another rule", { rule: "private-key" }, false],
    ["of another path", { path: "b.yaml" }, false],
    ["that has expired", { expires: "2020-01-01" }, false],
  ])("%s allows: %s", (_, more, isAllowed) => {
    expect(applied(undefined, baseline(more)).findings[0]?.allowed?.by).toBe(isAllowed ? "baseline" : undefined);
  });

  it("allows under any of the repository's keys", () => {
    const found = finding({ identities: ["first", "known"] });
    expect(applied(found, baseline({})).findings[0]?.allowed?.reason).toBe("rotated");
  });

  it("allows nothing that has no identity", () => {
    expect(applied(finding(), baseline({})).findings[0]?.allowed).toBeUndefined();
  });
});

it("what was allowed inline stays so, and meets no other allowance", () => {
  const found = finding({ allowed: { by: "inline", reason: "here" } });
  const { findings, stale } = applied(found, { allow: [{ path: "a.yaml", reason: "there" }] });
  expect([findings[0]?.allowed?.reason, stale]).toEqual(["here", [".lacre.yaml: verify.allow for a.yaml"]]);
});

it("where only a part was judged, nothing is stale", () => {
  expect(applied(undefined, { allow: [{ path: "b.yaml", reason: "x" }], isWhole: false }).stale).toEqual([]);
});
