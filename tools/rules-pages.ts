/** Writes docs/rules.md and docs/token-rules.md from the catalogue. A test holds them to it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { RULES, type RuleId } from "../src/verify/index.ts";
import { TOKEN_RULES } from "../src/verify/tokens/table.ts";

const DOCS = path.join(import.meta.dirname, "../docs");

/** docs/rules.md: one heading for each rule that is not a token. */
export function rulesPage(): string {
  const tokens = new Set<RuleId>(TOKEN_RULES.map(({ id }) => id));
  const sections = RULES.filter(({ id }) => !tokens.has(id)).map(
    ({ id, title, explanation, fix }) =>
      `## ${id}\n\n${title[0]?.toUpperCase()}${title.slice(1)}. ${explanation}\n\nFix: ${fix("FILE", "ENTRY")}.\n`,
  );
  return `# Rules of verify\n\nThis page is made from the catalogue in the code. \`lacre verify --explain RULE\` says the same. The shapes of provider tokens are in\n[token-rules.md](token-rules.md).\n\n${sections.join("\n")}`;
}

/** docs/token-rules.md: a table of the token shapes with their sources. */
export function tokenRulesPage(): string {
  const rows = TOKEN_RULES.map(({ id, name, source }) => `| ${id} | ${name} | <${source}> |`);
  return `# Token shapes\n\nThis page is made from the table in the code. Each shape is documented by the provider on the page named.\n\n| rule | token | documented at |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

if (process.argv[1] === import.meta.filename) {
  fs.writeFileSync(path.join(DOCS, "rules.md"), rulesPage());
  fs.writeFileSync(path.join(DOCS, "token-rules.md"), tokenRulesPage());
}
