/** What a change allows that was not allowed before. */
import { describe, expect, it } from "vitest";
import {
  addedAllowances,
  addedInline,
  allowanceFinding,
  type Leniency,
} from "../../../../src/verify/allow/added-allowances.ts";
import { finding } from "../../../support/findings.ts";

type Settings = NonNullable<Leniency["settings"]>;
const settings = (more: Partial<Settings> = {}): Settings => ({
  paths: [],
  allow: [],
  scopes: [],
  suites: [],
  ...more,
});
const tree = (more: Partial<Settings> = {}, entries: readonly object[] = []): Leniency => ({
  settings: settings(more),
  baseline: { keys: [], entries: entries as never },
});
const added = (after: Leniency, ...before: readonly Leniency[]) =>
  addedAllowances(after, before, ".lacre.yaml").map(({ what }) => what);

const ALLOW = { path: "a", rule: "private-key", reason: "why" };
const ENTRY = { identity: "i", rule: "private-key", path: "a", reason: "why" };

describe("new is", () => {
  it.each([
    ["an entry that nothing had", tree({ allow: [ALLOW] }), tree(), 1],
    ["an entry for more rules", tree({ allow: [{ path: "a", reason: "why" }] }), tree({ allow: [ALLOW] }), 1],
    ["an entry that ends later", tree({ allow: [ALLOW] }), tree({ allow: [{ ...ALLOW, expires: "2027-01-01" }] }), 1],
    ["a line of the baseline", tree({}, [ENTRY]), tree(), 1],
    ["a path that is no longer looked at", tree({ paths: ["a"] }), tree(), 1],
    ["a scope more", tree({ scopes: ["strict", "cluster"] }), tree({ scopes: ["strict"] }), 1],
    ["any suite", tree(), tree({ suites: ["x25519"] }), 1],
    ["another file of sealers", tree({ sealers: "b" }), tree({ sealers: "a" }), 1],
  ])("%s", (_, after, before, count) => {
    expect(added(after, before)).toHaveLength(count);
  });
});

describe("nothing new is", () => {
  it.each([
    ["the same entry with another reason", tree({ allow: [{ ...ALLOW, reason: "x" }] }), tree({ allow: [ALLOW] })],
    ["an entry that ends earlier", tree({ allow: [{ ...ALLOW, expires: "2026-01-01" }] }), tree({ allow: [ALLOW] })],
    ["an entry that is narrower", tree({ allow: [ALLOW] }), tree({ allow: [{ path: "a", reason: "y" }] })],
    ["the same line of the baseline", tree({}, [ENTRY]), tree({}, [{ ...ENTRY, reason: "other" }])],
    ["more that is looked at", tree({ paths: ["a", "b"] }), tree({ paths: ["a"] })],
    ["fewer scopes", tree({ scopes: ["strict"] }), tree({ scopes: ["strict", "cluster"] })],
  ])("%s", (_, after, before) => {
    expect(added(after, before)).toEqual([]);
  });

  it("what one of the parents had", () => {
    expect(added(tree({ allow: [ALLOW] }), tree(), tree({ allow: [ALLOW] }))).toEqual([]);
  });
});

it("an inline allowance is for the value too: another secret behind an old comment is new", () => {
  const inline = (identity: string) =>
    finding({ identities: ["baseline", identity], allowed: { by: "inline", reason: "why" } });
  expect(addedInline([inline("a")], [inline("a")])).toEqual([]);
  expect(addedInline([inline("b")], [inline("a")])).toHaveLength(1);
  expect(addedInline([finding({ identities: ["x", "b"] })], [])).toEqual([]);
});

it("as a finding it says what and where", () => {
  expect(allowanceFinding({ path: "a b", line: 3, what: "this" })).toMatchObject({
    rule: "allowance-added",
    line: 3,
    message: "this: allowance that this change brings with it",
    fix: expect.stringContaining("'a b'"),
  });
});
