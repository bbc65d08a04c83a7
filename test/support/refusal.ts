/** The error that a refusal is. */
import { LacreError } from "../../src/errors.ts";

/** What work was refused with; an error of the test where it was not refused, or by something else. */
export function refusalOf(work: () => unknown): LacreError {
  try {
    work();
  } catch (error) {
    if (error instanceof LacreError) return error;
    throw error;
  }
  throw new Error("this was not refused");
}
