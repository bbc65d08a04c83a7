/** Values as a .env file: quoted so that every reader of such files gives the same back. */
import { printableText } from "../sealed/print.ts";

/** The values as a .env file that readDotenv reads back, or the key whose value no .env file can hold. */
export function printDotenv(
  values: ReadonlyMap<string, Uint8Array>,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly key: string } {
  const lines: string[] = [];
  for (const [key, value] of values) {
    const text = printableText(value);
    const printed = text === undefined ? undefined : printValue(text);
    if (printed === undefined) return { ok: false, key };
    lines.push(`${key}=${printed}\n`);
  }
  return { ok: true, text: lines.join("") };
}

/** The value in quotes if it needs them, or undefined. */
function printValue(text: string): string | undefined {
  if (/^[-\w./:@%+,=]*$/.test(text)) return text;
  if (!text.includes("'")) return `'${text}'`;
  // In double quotes a shell that sources the file runs what stands in backquotes, and no other reader knows an escape for them.
  if (text.includes("`")) return undefined;
  return `"${text.replace(/["\\$]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
