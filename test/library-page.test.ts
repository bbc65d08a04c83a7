/** What is published is frozen with 1.0: few names, each said in the code and shown on a page. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { libraryPage, namesOf } from "../tools/library-page.ts";

it.each([
  ["lacre", "index.d.ts", 60],
  ["lacre/node", "node/index.d.ts", 20],
  ["lacre/backup", "backup/index.d.ts", 20],
])("%s shows no more names than somebody can read, each with a comment of its own", (_from, file, most) => {
  const names = namesOf(file);
  expect(names.length).toBeGreaterThan(5);
  expect(names.length).toBeLessThanOrEqual(most);
  expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
  for (const { name, comment } of names) expect([name, comment.length > 10]).toEqual([name, true]);
});

it("docs/library.md is what node tools/library-page.ts writes", () => {
  expect(fs.readFileSync(path.join(import.meta.dirname, "../docs/library.md"), "utf8")).toBe(libraryPage());
});
