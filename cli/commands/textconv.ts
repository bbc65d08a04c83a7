/** `lacre textconv`: what Git shows in a diff instead of tokens. */
import { LacreError } from "../../src/errors.ts";
import { applySplices, decodeSource, type Splice } from "../../src/format/index.ts";
import { describeToken } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readInput } from "../files/files.ts";
import { sealedObjects } from "../files/sealed-file.ts";

/** The file with every token replaced by its age and key ids; any other file as it is. */
export async function textconv(context: CommandContext, file: string): Promise<void> {
  const bytes = await readInput(context, file);
  await context.print(convert(file, bytes) ?? bytes);
}

function convert(file: string, bytes: Uint8Array): string | undefined {
  try {
    const source = decodeSource(file, bytes);
    const splices: Splice[] = [];
    for (const { sealed, places, document } of sealedObjects(source)) {
      for (const [key, { tokens }] of places.places) {
        for (const [index, { range }] of tokens.entries()) {
          const [start, end] = range;
          const text = `<${describe(sealed.entries.get(key)?.[index]?.text ?? "")}>`;
          splices.push({ start: document.start + start, end: document.start + end, text });
        }
      }
    }
    return applySplices(source.text, splices);
  } catch (error) {
    // A file in the middle of a conflict is shown as it is.
    if (error instanceof LacreError) return undefined;
    throw error;
  }
}

/** Two tokens of the same second differ too: the end of the token tells them apart, and says nothing else. */
function describe(token: string): string {
  return `${describeToken(token)}, …${token.slice(-8)}`;
}
