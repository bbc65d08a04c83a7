/** Values as a .env file: only what is read back as it was by every reader of such files, or by the one that is named. */
import { fromUtf8 } from "../../bytes.ts";
import { LacreError } from "../../errors.ts";
import type { EnvDialect } from "../../model/env-dialect.ts";
import { printableText } from "../sealed/print.ts";
import { readDotenv } from "./dotenv.ts";

/** The values as a .env file, or the key whose value no .env file can hold for all who read it. */
export function printDotenv(
  values: ReadonlyMap<string, Uint8Array>,
  dialect?: EnvDialect,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly key: string } {
  const lines: string[] = [];
  for (const [key, value] of values) {
    const text = printableText(value);
    const line = text === undefined ? undefined : printLine(key, text, dialect);
    if (line === undefined) return { ok: false, key };
    lines.push(line);
  }
  return { ok: true, text: lines.join("") };
}

/** The first way to write it that is read back, or undefined. */
function printLine(key: string, text: string, dialect: EnvDialect | undefined): string | undefined {
  const ways = [text, `'${text}'`, `"${text.replace(/["\\$]/g, "\\$&").replace(/\n/g, "\\n")}"`, `"${text}"`];
  return ways.map((way) => `${key}=${way}\n`).find((line) => isReadAs(line, key, text, dialect));
}

function isReadAs(line: string, key: string, text: string, dialect: EnvDialect | undefined): boolean {
  try {
    const read = [...readDotenv({ path: ".env", text: line, bom: false }, dialect)];
    return read.length === 1 && read[0]?.[0] === key && fromUtf8(read[0][1]) === text;
  } catch (error) {
    if (error instanceof LacreError) return false;
    throw error;
  }
}
