/** The table of labels in docs/format-v1.md is all of them, and none can be taken for another. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../../..");

/** Every label in the sources, and whether a zero byte ends it. */
function labelsInSources(): readonly (readonly [string, boolean])[] {
  const files = ["src", "cli", "controller"].flatMap((folder) =>
    fs
      .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => fs.readFileSync(path.join(ROOT, folder, name), "utf8")),
  );
  return files.flatMap((text) =>
    [...text.matchAll(/(?:\$\{LABEL\}|lacre\/v1\/)([a-z][a-z-]*)(\\0)?/g)].map(
      ([, name = "", zero]) => [name, zero !== undefined] as const,
    ),
  );
}

const table = [
  ...fs
    .readFileSync(path.join(ROOT, "docs/format-v1.md"), "utf8")
    .matchAll(/^\| `([a-z-]+)` \| (nothing|0x00|length-prefixed) \|/gm),
].map(([, name = "", end = ""]) => [name, end] as const);

describe("the labels of format 1", () => {
  it("are all in the table of the document, with what ends them", () => {
    const found = labelsInSources();
    expect(found.length).toBeGreaterThanOrEqual(11);
    for (const [name, zero] of found) {
      const end = new Map(table).get(name);
      expect([name, end !== undefined, end === "0x00"]).toEqual([name, true, zero]);
    }
    expect(table.map(([name]) => name).filter((name) => !found.some(([other]) => other === name))).toEqual([]);
  });

  it("are such that none without an end of its own is the beginning of another", () => {
    for (const [name, end] of table) {
      if (end !== "nothing") continue;
      expect(table.filter(([other]) => other !== name && other.startsWith(name))).toEqual([]);
    }
  });
});
