/** `lacre init`: a repository set up for sealing, merging and verifying. Running it again changes nothing. */
import { LacreError } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { workTreeRoot } from "../io/git.ts";
import { type CiSystem, programName, setupParts } from "../io/setup.ts";

/** Makes what is missing, or with check says what is. */
export async function init(
  context: CommandContext,
  options: { readonly ci?: CiSystem; readonly check?: boolean },
): Promise<void> {
  const root = workTreeRoot(context.cwd);
  if (root === undefined)
    throw new LacreError("GIT_FAILED", "this is no Git repository", { hint: "make one first: git init" });
  const parts = setupParts(root, programName(context.env["PATH"]), options.ci);
  const missing = parts.filter((part) => !part.isThere());
  const list = missing.map(({ name }) => name).join(", ");
  if (options.check === true) {
    if (missing.length > 0)
      throw new LacreError("CHECK_FAILED", `not set up: ${list}`, { hint: "make it so: lacre init" });
    context.say("everything is set up");
    return;
  }
  for (const part of missing) part.make();
  for (const { name } of missing) context.say(`made ${name}`);
  if (missing.length === 0) context.say("everything was set up already");
  else context.say("next: put the public key into keys/, then: lacre seal --in-place FILE");
}
