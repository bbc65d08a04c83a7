/** Wrong usage, with the way to the help. */
import { LacreError } from "../src/errors.ts";

/** USAGE. hint: the next step. */
export function usage(message: string, hint = "see: lacre-controller --help"): LacreError {
  return new LacreError("USAGE", message, { hint });
}
