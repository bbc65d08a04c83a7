/** What keeps an object from being as Git says: the words of the report of a pass. Messages hold names and key ids only. */
import { LacreError } from "../../src/errors.ts";
import type { Objection } from "../../src/model/index.ts";

export type { Objection, Problem, Reason } from "../../src/model/index.ts";

/** Our own words, or the system's error code: never a foreign message, which may quote anything. */
export function describe(error: unknown, otherwise: string): string {
  if (error instanceof LacreError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? otherwise : `${otherwise} (${code})`;
}

/** What a failure of the target's system amounts to. */
export function failureOf(error: unknown, otherwise: string): Objection {
  return { reason: "WriteFailed", message: describe(error, otherwise) };
}
