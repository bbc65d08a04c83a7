/** Runs the commands of a transcript: `lacre` in this process, everything else by the shell. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Bindings, inWordsOf, parseTranscript, withNames } from "./transcript.ts";
import { Workspace } from "./workspace.ts";

/** What a step came to, in the words of the transcript where it is as promised. */
export type Ending = {
  readonly line: number;
  readonly command: string;
  readonly shows: readonly string[];
  readonly status: number | null;
};

/** `[INPUT |] [NAME=VALUE...] lacre ARGUMENTS [< FILE] [> FILE]`; nothing else of the shell. */
type LacreLine = {
  readonly input: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly from: string | undefined;
  readonly to: string | undefined;
};

function wordsOf(text: string, home: string): readonly string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    /^(?:[A-Z_]+=)?~\//.test(word)
      ? word.replace("~", home)
      : word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""),
  );
}

function takeFile(words: string[], mark: string): string | undefined {
  const at = words.indexOf(mark);
  return at === -1 ? undefined : words.splice(at, 2)[1];
}

/** undefined for a line that is not about lacre. */
function parseLine(line: string, home: string): LacreLine | undefined {
  const [, input, assigned = "", rest] = /^(?:(.+) \| )?((?:[A-Z_]+=\S+ )*)lacre(?: (.*))?$/.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const env = Object.fromEntries(
    wordsOf(assigned, home).map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
  const args = [...wordsOf(rest, home)];
  const [from, to] = [takeFile(args, "<"), takeFile(args, ">")];
  return { input, env, args, from, to };
}

/** A machine with a home and a directory `shop`, in which a session goes on. */
class Session {
  readonly #at = new Workspace();
  readonly #home: string = this.#at.file(".home");
  readonly #cwd: string = this.#at.file("shop");

  constructor() {
    fs.mkdirSync(this.#cwd);
  }

  write(file: string, text: string): void {
    this.#at.write(path.relative(this.#at.path, this.#resolve(file)), text);
  }

  /** Runs a line and gives what it shows and its status. */
  async run(line: string, typed: readonly string[] | undefined): Promise<{ shown: string; status: number | null }> {
    const parsed = parseLine(line, this.#home);
    const { shown, status } = parsed === undefined ? this.#shell(line) : await this.#lacre(parsed, typed);
    return { shown: shown.replaceAll(this.#home, "~").replaceAll(this.#cwd, "/shop"), status };
  }

  #resolve(file: string): string {
    return path.resolve(this.#cwd, file.startsWith("~/") ? path.join(this.#home, file.slice(2)) : file);
  }

  #shell(line: string) {
    const { stdout, status } = this.#at.sh(`{ ${line}\n} 2>&1`, { cwd: this.#cwd });
    return { shown: stdout, status };
  }

  async #lacre({ input, env, args, from, to }: LacreLine, typed: readonly string[] | undefined) {
    const given =
      from === undefined ? input && this.#at.sh(input, { cwd: this.#cwd }).bytes : fs.readFileSync(this.#resolve(from));
    const { status, context } = await this.#at.perform(args, {
      cwd: this.#cwd,
      env,
      ...(given !== undefined && { input: given }),
      ...(typed !== undefined && { typed }),
    });
    if (to === undefined) return { shown: context.screen(), status };
    fs.writeFileSync(this.#resolve(to), context.stdout());
    return { shown: context.stderr(), status };
  }
}

/** Blanks at the end of a line are not told: no editor shows them. */
function linesOf(text: string): readonly string[] {
  return text === ""
    ? []
    : text
        .replace(/[ \t]+$/gm, "")
        .replace(/\n$/, "")
        .split("\n");
}

/** Plays a transcript on a machine of its own. Gives what it promises and what came of it, step by step. */
export async function play(text: string): Promise<{ promised: readonly Ending[]; came: readonly Ending[] }> {
  const session = new Session();
  const bindings: Bindings = new Map();
  const promised: Ending[] = [];
  const came: Ending[] = [];
  for (const step of parseTranscript(text)) {
    if (step.kind === "file") {
      session.write(step.path, step.text);
      continue;
    }
    const { line, command, typed, shows, status } = step;
    const ran = await session.run(withNames(command, bindings), typed);
    promised.push({ line, command, shows, status });
    came.push({ line, command, shows: inWordsOf(shows, linesOf(ran.shown), bindings), status: ran.status });
  }
  return { promised, came };
}
