/** The pages about rules say what the code does. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { RULES } from "../../../src/verify/index.ts";
import { rulesPage, tokenRulesPage } from "../../../tools/rules-pages.ts";

const docs = (name: string) => fs.readFileSync(path.join(import.meta.dirname, "../../../docs", name), "utf8");

it("docs/rules.md and docs/token-rules.md are what node tools/rules-pages.ts writes", () => {
  expect(docs("rules.md")).toBe(rulesPage());
  expect(docs("token-rules.md")).toBe(tokenRulesPage());
});

it("every rule has an id of its own and a next step", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { id, fix } of RULES) expect([id, fix("a file", "ENTRY").length > 10]).toEqual([id, true]);
});
