/** A value to seal: from a file, from a pipe, or typed without being shown. Never from the command line. */
import { utf8 } from "../../src/bytes.ts";
import type { CommandContext } from "../context.ts";
import { readInput, STDIN } from "./files.ts";

/** The bytes as they are. A line end at the end belongs to the value, so it is pointed out. */
export async function readValue(context: CommandContext, file: string | undefined, key: string): Promise<Uint8Array> {
  if (file === undefined && context.terminal.stdin) {
    return utf8(await context.askHidden(`Value of ${key} (hidden): `));
  }
  const value = await readInput(context, file ?? STDIN);
  if (file === undefined && value.at(-1) === 0x0a && value.indexOf(0x0a) === value.length - 1) {
    context.say(`note: the value of ${key} ends with a line break, which is sealed too; printf '%s' makes none`);
  }
  return value;
}
