/** Editing keeps every byte that is not part of a changed entry, values of environments before all. */
import { describe, expect, it } from "vitest";
import { editEntries, type SealedObject } from "../../../../src/format/sealed/edit.ts";
import { printSealedSecret, TOP_LEVEL } from "../../../../src/format/sealed/print.ts";
import { readStream } from "../../../../src/format/stream.ts";
import { decodeText, type Source } from "../../../../src/format/yaml/source.ts";
import { applySplices } from "../../../../src/format/yaml/splice.ts";
import { slottedYaml } from "../../../support/slots.ts";

function objectOf(source: Source): SealedObject {
  const [object] = readStream(source);
  if (object?.kind !== "sealed") throw new Error("no SealedSecret");
  return object;
}

function edited(text: string, changes: Readonly<Record<string, string | undefined>>): string {
  const source = decodeText("db.yaml", text);
  return applySplices(text, editEntries(source, objectOf(source), new Map(Object.entries(changes))));
}

const SLOTTED = slottedYaml("lacre1.p", { staging: "lacre1.s", production: "lacre1.q" });

describe("an edit beside values of environments", () => {
  it("changes the one value that it is about", () => {
    expect(edited(SLOTTED, { PLAIN: "lacre1.new" })).toBe(SLOTTED.replace("lacre1.p", "lacre1.new"));
  });

  it("adds an entry before and behind them", () => {
    for (const key of ["A", "Z"]) {
      const text = edited(SLOTTED, { [key]: "lacre1.new" });
      expect(text).toContain(`    ${key}:\n      sealed: lacre1.new\n`);
      expect(text.replace(`    ${key}:\n      sealed: lacre1.new\n`, "")).toBe(SLOTTED);
    }
  });

  it("removes another entry", () => {
    expect(edited(SLOTTED, { PLAIN: undefined })).toBe(SLOTTED.replace("    PLAIN:\n      sealed: lacre1.p\n", ""));
  });

  it.each(["lacre1.new", undefined])("refuses to make %s of one, with the words --env", (token) => {
    expect(() => edited(SLOTTED, { SLOTTED: token })).toThrow(
      expect.objectContaining({ code: "USAGE", hint: expect.stringContaining("--env") }),
    );
  });

  it("prints them again where the whole object is printed, byte for byte", () => {
    const [, values] = /^(?: {4}SLOTTED:\n)([\s\S]*)/m.exec(SLOTTED.replace(/ #.*$/gm, "")) ?? [];
    const printed = printSealedSecret(objectOf(decodeText("db.yaml", SLOTTED)).sealed, TOP_LEVEL);
    const [staging, production] = ["staging", "production"].map(
      (name) => `        ${name}:\n          sealed: ${name === "staging" ? "lacre1.s" : "lacre1.q"}\n`,
    );
    expect(values).toBe(`      environments:\n${staging}${production}`);
    expect(printed).toContain(`    SLOTTED:\n      environments:\n${production}${staging}`);
    const json = printSealedSecret(objectOf(decodeText("db.yaml", SLOTTED)).sealed, { ...TOP_LEVEL, flow: true });
    expect(JSON.parse(json).spec.entries.SLOTTED).toEqual({
      environments: { production: { sealed: "lacre1.q" }, staging: { sealed: "lacre1.s" } },
    });
  });
});
