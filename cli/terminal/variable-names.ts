/** Which entries may become variables of a program: anybody with the public key may have sealed them. */
import { LacreError } from "../../src/errors.ts";
import { isVariable, repeatable, whatItDrives } from "../../src/model/index.ts";

/** An entry that is not handed on, and why: a verb phrase that follows its name. */
export type RefusedVariable = { readonly name: string; readonly why: string };

/** Why no environment takes the variable without being told so, or undefined if it is only a value. */
export function refusedVariable(name: string): RefusedVariable | undefined {
  if (!isVariable(name)) return { name, why: "is no name of a variable: a shell would run it" };
  const drives = whatItDrives(name);
  return drives === undefined ? undefined : { name, why: `would change ${drives}` };
}

/** SECRET_INVALID with all refused entries of the file in one line, unless there are none; no value is in it. */
export function refuseVariables(file: string, refused: readonly RefusedVariable[], instead: string): void {
  const [first] = refused;
  if (first === undefined) return;
  const list = refused.map(({ name, why }) => `${name} ${why}`).join("; ");
  const allow = refused.map(({ name }) => `--allow ${name}`).join(" ");
  throw new LacreError("SECRET_INVALID", `${file}: the variable ${list}`, {
    hint: `${instead}; or, if it is meant: ${allow}`,
  });
}

/** The entries that the user named, in all Secrets; ENTRY_NOT_FOUND if there is none of that name. All of them if none was named. */
export function onlyNamed<Entry>(
  file: string,
  entries: readonly (readonly [string, Entry])[],
  only: readonly string[] | undefined,
): readonly (readonly [string, Entry])[] {
  if (only === undefined) return entries;
  const missing = only.find((name) => !entries.some(([key]) => key === name));
  if (missing === undefined) return entries.filter(([key]) => only.includes(key));
  throw new LacreError("ENTRY_NOT_FOUND", `${file} has no entry ${repeatable(missing)}`, {
    hint: "lacre inspect shows them",
  });
}
