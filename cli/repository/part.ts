/** A part of the set-up of a clone: looked at, made where it is missing, taken out again. */
import * as fs from "node:fs";
import { LacreError } from "../../src/errors.ts";
import { gonePaths } from "./git-commands.ts";

/** "missing": init makes it; says: why what is there does not count. "by hand": it is not ours to make; says: what to do. */
export type PartState =
  | { readonly kind: "there" }
  | { readonly kind: "missing"; readonly says?: string }
  | { readonly kind: "by hand"; readonly says: string };

/**
 * One part of the set-up. make is for what is missing, and leaves alone what is not ours. remove takes away what is of this
 * clone alone, and gives what came of it, undefined where there was nothing; what is committed has none.
 */
export type SetupPart = {
  readonly name: string;
  readonly look: () => PartState;
  readonly make: () => void;
  readonly remove?: () => string | undefined;
};

/** What a text calls that is not there, as a reason why it counts for nothing. */
export function called(text: string | undefined): { readonly says?: string } {
  const [gone] = gonePaths(text ?? "", fs.existsSync);
  if (gone !== undefined) return { says: `it calls ${gone}, which is not there` };
  return text === undefined || text === "" ? {} : { says: "it calls another lacre, or as an older one did" };
}

/** A part that is not as it should be. */
export type Lack = { readonly part: SetupPart; readonly state: Exclude<PartState, { readonly kind: "there" }> };

/** What is not set up, in order. */
export function notThere(parts: readonly SetupPart[]): readonly Lack[] {
  return parts.flatMap((part) => {
    const state = part.look();
    return state.kind === "there" ? [] : [{ part, state }];
  });
}

/** CHECK_FAILED with each lack and its reason. */
export function notSetUp(lacks: readonly Lack[]): LacreError {
  const told = lacks.map(({ part, state }) => (state.says === undefined ? part.name : `${part.name} (${state.says})`));
  const hint = lacks.some(({ state }) => state.kind === "missing")
    ? "make it so: lacre init"
    : "what is left alone is changed by hand";
  return new LacreError("CHECK_FAILED", `not set up: ${told.join(", ")}`, { hint });
}
