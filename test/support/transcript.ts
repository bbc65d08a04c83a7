/**
 * A transcript: a session at the shell as a text that people read and a test runs. test/transcripts/README.md says how one is
 * written.
 */

/** A file that is written, or a command with what it shows and how it ends. line: where it stands, from 1. */
export type Step =
  | { readonly kind: "file"; readonly line: number; readonly path: string; readonly text: string }
  | {
      readonly kind: "command";
      readonly line: number;
      readonly command: string;
      /** What somebody types; undefined where there is no terminal. */
      readonly typed: readonly string[] | undefined;
      readonly shows: readonly string[];
      readonly status: number;
    };

/** What a name stands for where it was met first. */
export type Bindings = Map<string, string>;

const INDENT = "    ";

/** What differs from run to run, by the word that stands for it. */
const FORMS: Readonly<Record<string, string>> = {
  fingerprint: "SHA256:[\\w-]{43}",
  "key id": "[0-9a-f]{32}",
  "short key id": "[0-9a-f]{8}",
  token: "lacre1\\.[\\w-]+",
  "public key": "lacre-public-\\S+",
  recipient: "age1\\w+",
  time: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(?::\\d\\d)?Z",
  date: "\\d{4}-\\d\\d-\\d\\d",
  serial: "\\d{10,}",
  commit: "[0-9a-f]{7,40}",
  number: "\\d+",
  word: "\\S+",
};

const PLACEHOLDER = new RegExp(`<(${Object.keys(FORMS).join("|")})(?:: ([^<>]+))?>`, "g");

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

/** The lines from one on that belong to a step, without the blank ones at their end. */
function blockAt(lines: readonly string[], from: number): readonly string[] {
  const rest = lines.slice(from);
  const end = rest.findIndex((line) => !isBlank(line) && (!line.startsWith(INDENT) || /^ {4}[$>] /.test(line)));
  const block = (end === -1 ? rest : rest.slice(0, end)).map((line) => line.slice(INDENT.length));
  while (block.length > 0 && isBlank(block.at(-1))) block.pop();
  return block;
}

function commandOf(command: string, line: number, block: readonly string[]): Step {
  const typed = block.filter((one) => /^<(?: |$)/.test(one)).map((one) => one.slice(2));
  const [status = "0"] = block.flatMap((one) => /^\? (\d+)$/.exec(one)?.[1] ?? []);
  const shows = block.filter((one) => !/^<(?: |$)|^\? \d+$/.test(one));
  return { kind: "command", line, command, typed: typed.length > 0 ? typed : undefined, shows, status: Number(status) };
}

/** The steps of a transcript. Throws for an indented line that belongs to none. */
export function parseTranscript(text: string): readonly Step[] {
  const lines = text.split("\n");
  const steps: Step[] = [];
  let taken = 0;
  for (const [at, line] of lines.entries()) {
    const [, mark, rest = ""] = /^ {4}([$>]) (.+)$/.exec(line) ?? [];
    if (mark === undefined) {
      if (line.startsWith(INDENT) && at >= taken) throw new Error(`line ${at + 1} is of no command and no file`);
      continue;
    }
    const block = blockAt(lines, at + 1);
    taken = at + 1 + block.length;
    if (mark === "$") steps.push(commandOf(rest, at + 1, block));
    else steps.push({ kind: "file", line: at + 1, path: rest, text: `${block.join("\n")}\n` });
  }
  return steps;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** True when a line is what another one promises. A name that is met first stands for what is there from then on. */
function fits(promised: string, line: string, bindings: Bindings): boolean {
  const names: string[] = [];
  const pattern = promised.split(PLACEHOLDER);
  let source = "";
  for (let at = 0; at < pattern.length; at += 3) {
    source += escaped(pattern[at] ?? "");
    const [form, name] = [pattern[at + 1], pattern[at + 2]];
    if (form === undefined) continue;
    const bound = name === undefined ? undefined : bindings.get(`${form}: ${name}`);
    source += bound === undefined ? `(${FORMS[form]})` : `(${escaped(bound)})`;
    names.push(name === undefined ? "" : `${form}: ${name}`);
  }
  const found = new RegExp(`^${source}$`).exec(line);
  if (found === null) return false;
  for (const [at, name] of names.entries()) if (name !== "") bindings.set(name, found[at + 1] ?? "");
  return true;
}

/** What was shown, in the words of the transcript where it is what they promise. `...` promises any lines. */
export function inWordsOf(shows: readonly string[], shown: readonly string[], bindings: Bindings): readonly string[] {
  const words: string[] = [];
  let at = 0;
  for (const [index, promised] of shows.entries()) {
    if (promised.trim() === "...") {
      const next = shows[index + 1];
      const end =
        next === undefined ? shown.length : shown.findIndex((line, n) => n >= at && fits(next, line, bindings));
      if (end === -1) break;
      at = end;
      words.push(promised);
      continue;
    }
    const line = shown[at];
    if (line === undefined) break;
    words.push(fits(promised, line, bindings) ? promised : line);
    at++;
  }
  return [...words, ...shown.slice(at)];
}

/** A command with what its names stand for. Throws for a name that nothing has been shown for. */
export function withNames(command: string, bindings: Bindings): string {
  return command.replace(PLACEHOLDER, (whole, form: string, name: string | undefined) => {
    const bound = bindings.get(`${form}: ${name}`);
    if (bound === undefined) throw new Error(`${whole} was not shown before`);
    return bound;
  });
}
