/** What keeps an object from being as Git says, in the closed set of reasons of the report. Messages hold names and key ids only. */
import type { Reason } from "../../src/model/index.ts";

export type { Problem, Reason } from "../../src/model/index.ts";

/** Why an object is not written, and what a person needs to know about it. */
export type Objection = { readonly reason: Reason; readonly message: string };
