/** Settings of package managers that say where packages come from: whoever writes them chooses what an installation brings. */
import type { Passage, Report } from "../hit.ts";
import type { Detector } from "./detector.ts";

/** Where packages come from when nobody says anything else. */
const USUAL = /^https:\/\/registry\.(?:npmjs\.org|yarnpkg\.com)(?::443)?\/?$/i;
const USUAL_HOST = /^\/\/registry\.(?:npmjs\.org|yarnpkg\.com)\//i;

/** A setting in one line: what precedes the value, and the value. Comments do not match. */
type Notation = { readonly file: RegExp; readonly line: RegExp; readonly moves: RegExp };

const NOTATIONS: readonly Notation[] = [
  {
    file: /(?:^|\/)\.npmrc$/i,
    line: /^[ \t]*([^;#\s=[][^=\n]*)=(.*)$/gm,
    moves: /^(?:(?:@[^:]+:)?registry|(?:https?-)?proxy|\/\/.*)$/,
  },
  {
    file: /(?:^|\/)\.yarnrc$/i,
    line: /^[ \t]*([^#\s]\S*)[ \t](.*)$/gm,
    moves: /^(?:(?:@[^:]+:)?registry|(?:https?-)?proxy):?$/,
  },
  {
    file: /(?:^|\/)\.yarnrc\.ya?ml$/i,
    line: /^(?![ \t]*#).*?(npmRegistryServer|https?Proxy)["']?[ \t]*:[ \t]*([^\s,}]+)/gm,
    moves: /^/,
  },
  { file: /(?:^|\/)\.?bunfig\.toml$/i, line: /^(?![ \t]*#)([^\n=]*=.*?)(https?:\/\/[^\s"']+)/gm, moves: /^/ },
];
/** Yarn's map of packages, when lacre is one of them: `["lacre", [`. */
const PNP_FILE = /(?:^|\/)\.pnp(?:\.c?js|\.data\.json)$/i;
const PNP_PACKAGE = /\[\s*"lacre"\s*,\s*\[/;

/** Settings that move a registry, and a map of Yarn's that leads to a lacre in the repository. */
export const REGISTRIES: Detector = {
  rules: ["registry-moved", "tracked-program"],
  applies: ({ depth, isBinary }) => depth === 0 && !isBinary,
  detect: detectRegistries,
};

function detectRegistries({ path, text }: Passage, report: Report): void {
  const notation = NOTATIONS.find(({ file }) => file.test(path));
  if (notation !== undefined) detectMoves(notation, text, report);
  const mapped = PNP_FILE.test(path) ? PNP_PACKAGE.exec(text) : null;
  if (mapped !== null) {
    const end = mapped.index + mapped[0].length;
    report({ rule: "tracked-program", start: mapped.index, end, subject: "lacre", value: "lacre" });
  }
}

function detectMoves({ line, moves }: Notation, text: string, report: Report): void {
  for (const match of text.matchAll(line)) {
    const key = plain(match[1] ?? "");
    const value = plain(match[2] ?? "");
    if (!moves.test(key) || match[2]?.trim() === "" || USUAL.test(value) || USUAL_HOST.test(key)) continue;
    const start = match.index + match[0].indexOf(match[1] ?? "");
    // No longer than the name: what stands behind it may be a credential, which is a finding of its own.
    const end = start + (/^["']?(?:\/\/[^/\s]*|[@\w:.-]+)/.exec(match[1] ?? "")?.[0].length ?? 1);
    report({ rule: "registry-moved", start, end, subject: subjectOf(key), value: `${key} ${value}` });
  }
}

/** Without quotes, and without what npm takes from the environment, which may be nothing. */
function plain(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .replace(/\$\{[^}]*\}/g, "")
    .trim();
}

/** What the setting is called. A host is left out: what stands behind it may be a credential. */
function subjectOf(key: string): string {
  if (key.startsWith("//")) return "a registry's host";
  return /^[@\w:.-]+/.exec(key)?.[0] ?? "registry";
}
