/** Values of environments are lines of their own: the text merge settles them, and what it made is checked by value. */
import { describe, expect, it } from "vitest";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { alignEntries, isMergedAs } from "../../../src/seal/merge.ts";
import { slottedYaml } from "../../support/slots.ts";

const source = (text: string) => decodeText("db.yaml", text);
const file = (plain: string, staging: string, production: string) =>
  slottedYaml(`lacre1.${plain}`, { staging: `lacre1.${staging}`, production: `lacre1.${production}` });
const align = (base: string, ours: string, theirs: string) => alignEntries(source(base), source(ours), source(theirs));

describe("a merge of entries", () => {
  it("settles an entry of one value that one side changed", () => {
    const aligned = align(file("p", "s", "q"), file("p", "s", "q"), file("new", "s", "q"));
    expect([aligned.base, aligned.ours, aligned.theirs]).toEqual(Array(3).fill(file("new", "s", "q")));
    expect(aligned.conflicts).toEqual([]);
  });

  it("leaves values of environments to the text merge, and knows what must come of it", () => {
    const [base, ours, theirs] = [file("p", "s", "q"), file("p", "s2", "q"), file("p", "s", "q2")] as const;
    const aligned = align(base, ours, theirs);
    expect([aligned.base, aligned.ours, aligned.theirs]).toEqual([base, ours, theirs]);
    expect(isMergedAs(source(file("p", "s2", "q2")), aligned.expected)).toBe(true);
    for (const wrong of [file("p", "s", "q2"), file("p", "s2", "q"), file("p", "q2", "s2")]) {
      expect(isMergedAs(source(wrong), aligned.expected)).toBe(false);
    }
  });

  it("tells a value that both changed by key and environment", () => {
    const { conflicts } = align(file("p", "s", "q"), file("p", "s", "q2"), file("p", "s", "q3"));
    expect(conflicts).toEqual([
      { object: "shop/db", what: "SLOTTED (production)", ours: "lacre1.q2", theirs: "lacre1.q3" },
    ]);
  });

  it("never takes an entry whose kind one side changed for one of a single value", () => {
    const base = file("p", "s", "q");
    const plain = base.slice(0, base.indexOf("      environments:")).concat("      sealed: lacre1.one\n");
    const aligned = align(plain, plain, base);
    expect([aligned.ours, aligned.theirs]).toEqual([plain, base]);
    expect(isMergedAs(source(base), aligned.expected)).toBe(true);
    expect(isMergedAs(source(plain), aligned.expected)).toBe(false);
  });
});
