/** What keeps an object from being as Git says: the words of the report of a pass. Messages hold names and key ids only. */
export type { Objection, Problem, Reason } from "../../src/model/index.ts";
