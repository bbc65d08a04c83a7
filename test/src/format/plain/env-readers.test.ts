/** What is said of each reader of .env files, held against the reader itself. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../../../src/bytes.ts";
import { LacreError } from "../../../../src/errors.ts";
import { readDotenv } from "../../../../src/format/plain/dotenv.ts";
import { printDotenv } from "../../../../src/format/plain/print-dotenv.ts";
import { ENV_DIALECTS, type EnvDialect } from "../../../../src/model/env-dialect.ts";
import { realReaders } from "../../../support/env-files.ts";

const READERS = realReaders();
const MISSING = ENV_DIALECTS.filter((dialect) => dialect !== "compose" && READERS[dialect] === undefined);
if (MISSING.length > 0 && process.env["CI"]) throw new Error(`readers of .env files are missing: ${MISSING.join()}`);
if (MISSING.length > 0) console.error(`readers of .env files that are not here, and not asked: ${MISSING.join()}`);

const room = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-env-"));
afterAll(() => fs.rmSync(room, { recursive: true }));

/** The files of reports, and what follows from them: quotes, escapes, comments, variables, line ends. */
const REPORTED: readonly string[] = [
  ...'x|\'x\'|"x"|a#b|http://h/#f|"x\\ty"|"x\\\\y"|x #b|"a\\nb"|a\\nb|\x24{B}/x|$B|\'\x24{B}\'|it\'s|"it\'s"|pa$$word@|a b|\'a b\''.split(
    "|",
  ),
  ...'|\'\'|""| |# c| # c| x|x  |\'a#b\'|"a#b"|{"a":1}|\'{"a":1}\'|a=b=c|~|~/x|\'a\\\'|"a\\"b"|é|"é"|-x_.:/@%+,=|*|!x|a;b|a&b'.split(
    "|",
  ),
].map((value) => `A=${value}\n`);
const FRAMED: readonly string[] = [
  "export A=x\n",
  "A = x\n",
  "A =x\n",
  " A=x\n",
  "A=x",
  "A=x\r\n",
  'A="x\r\ny"\r\n',
  "A='x\ny'\n",
  'A="x\ny"\nB=1\n',
  "# c\n\nA=x\n",
  "A=\nB=x\n",
  "A= \nB=x\n",
  "A=\r\nB=x\r\n",
  "A='x' # c\n",
  'A="x"#c\n',
  "A='x\\'\nB='y'\n",
  'A="x\\\\"\nB="y"\n',
];
const ATOMS = [
  "a",
  "b c",
  "#",
  " #",
  "\\",
  "\\n",
  "\\t",
  "$a",
  "\x24{a}",
  "'",
  '"',
  "`",
  "\n",
  "\r\n",
  "=",
  "~",
  "é",
  "\\\\",
  "*",
  ":",
];
/** Every pair of pieces in every kind of quotes. */
const PAIRS: readonly string[] = ["", "'", '"'].flatMap((quote) =>
  ATOMS.flatMap((one) => ATOMS.map((two) => `A=${quote}x${one}${two}y${quote}\nB=${quote}z${quote}\n`)),
);

/** For kubectl, which is a process for each file and whose rule is one line. */
const FEW: readonly string[] = [...REPORTED.slice(0, 8), ...FRAMED.slice(0, 7), "A='x' # c\n"];

function write(texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => {
    const file = path.join(room, `${index}.env`);
    fs.writeFileSync(file, text);
    return file;
  });
}

/** What we make of A, or undefined where it is refused. */
function read(text: string, dialect?: EnvDialect): string | undefined {
  try {
    const value = readDotenv({ path: ".env", text, bom: false }, dialect).get("A");
    return value === undefined ? undefined : fromUtf8(value);
  } catch (error) {
    if (error instanceof LacreError) return undefined;
    throw error;
  }
}

describe.each(Object.keys(READERS) as EnvDialect[])("%s", (dialect) => {
  it("makes of every value that is taken in its name what we make of it", () => {
    const asked = dialect === "kubectl" ? FEW : [...REPORTED, ...FRAMED, ...PAIRS];
    const texts = asked.filter((text) => read(text, dialect) !== undefined);
    const real = READERS[dialect]?.(write(texts)) ?? [];
    const wrong = texts.flatMap((text, index) => {
      const ours = read(text, dialect);
      return ours === undefined || ours === real[index] ? [] : [{ text, ours, real: real[index] }];
    });
    expect(wrong).toEqual([]);
    expect(texts.length).toBeGreaterThan(10);
  });

  it("makes the same as all others of every value that is taken in nobody's name", () => {
    const agreed = [...REPORTED, ...FRAMED, ...PAIRS].filter((text) => read(text) !== undefined);
    const texts = dialect === "kubectl" ? agreed.slice(0, 6) : agreed;
    const real = READERS[dialect]?.(write(texts)) ?? [];
    expect(texts.map((text, index) => [text, real[index]])).toEqual(texts.map((text) => [text, read(text)]));
    expect(texts.length).toBeGreaterThan(5);
  });

  it("reads what is printed for it, and what is printed for all, as it was", () => {
    const values = [
      "",
      "x",
      "a b",
      "it's",
      'a"b',
      'it\'s "x"',
      "a\nb",
      "$HOME",
      "#x",
      "a\\b",
      "a#b",
      "é",
      "-x_.:/@%+,=",
      " x ",
    ];
    for (const asked of [dialect, undefined]) {
      const printed = values.flatMap((value) => {
        const one = printDotenv(new Map([["A", utf8(value)]]), asked);
        return one.ok ? [{ value, text: one.text }] : [];
      });
      const real = READERS[dialect]?.(write(printed.map(({ text }) => text)));
      expect(real).toEqual(printed.map(({ value }) => value));
      expect(printed.length).toBeGreaterThan(asked === undefined ? 2 : 5);
    }
  });
});
