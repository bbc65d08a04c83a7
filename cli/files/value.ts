/** A value to seal: from a file, from a pipe, or typed without being shown. Never from the command line. */
import { utf8 } from "../../src/bytes.ts";
import { LacreError } from "../../src/errors.ts";
import { refuseUnmeant } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readInput, STDIN } from "./files.ts";

/** How a value is given, and what may be unusual about it because somebody said so. */
export type ValueOptions = {
  readonly fromFile?: string;
  /** A value of no bytes, or of nothing but a line break. */
  readonly allowEmptyValue?: boolean;
  /** A placeholder, or the ciphertext of another tool. */
  readonly asIs?: boolean;
};

/** The bytes as they are. A line end at the end belongs to the value, so it is pointed out. INPUT_EMPTY, SECRET_INVALID. */
export async function readValue(context: CommandContext, key: string, options: ValueOptions): Promise<Uint8Array> {
  const value = await readBytes(context, key, options.fromFile);
  if (options.allowEmptyValue !== true) refuseEmpty(value, key);
  if (options.asIs !== true) refuseUnmeant(key, value);
  return value;
}

async function readBytes(context: CommandContext, key: string, file: string | undefined): Promise<Uint8Array> {
  if (file === undefined && context.terminal.stdin) return utf8(await askValue(context, key));
  const value = await readInput(context, file ?? STDIN);
  if (file === undefined && value.at(-1) === 0x0a && value.indexOf(0x0a) === value.length - 1) {
    context.say(`note: the value of ${key} ends with a line break, which is sealed too; printf '%s' makes none`);
  }
  return value;
}

/** Whoever seals cannot open: a slip of the finger would be found in production. What was pasted had none. */
async function askValue(context: CommandContext, key: string): Promise<string> {
  const { text, manner } = await context.askHidden(`Value of ${key} (hidden): `);
  if (manner === "pasted" || text === "") return text;
  const again = await context.askHidden("Once more: ");
  if (again.text === text) return text;
  throw new LacreError("USAGE", `the two values of ${key} are not the same`, {
    hint: "nothing was changed; try again, or pipe the value in",
  });
}

function refuseEmpty(value: Uint8Array, key: string): void {
  // What `echo "$UNSET"` makes is as empty as what a program that failed makes.
  if (value.some((byte) => byte !== 0x0a && byte !== 0x0d)) return;
  throw new LacreError("INPUT_EMPTY", `the value of ${key} is empty`, {
    hint: "nothing was changed; look at what should have produced it, or, if it is meant: --allow-empty-value",
  });
}
