/** `lacre init`: a repository set up for sealing, merging and verifying. Running it again changes nothing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { VERSION } from "../../src/version.ts";
import type { CommandContext } from "../context.ts";
import { gitAt, workTreeRoot } from "../git/git.ts";
import { type CiPins, type CiStep, type CiSystem, ciStep } from "../repository/ci-steps.ts";
import { INTEGRITY, ownIntegrity, programWords, refuseOwnTree } from "../repository/own-program.ts";
import { setupParts } from "../repository/setup.ts";

/** Options of `lacre init`. integrity and image: what the CI step may run. */
export type InitOptions = {
  readonly ci?: CiSystem;
  readonly integrity?: string;
  readonly image?: string;
  readonly check?: boolean;
};

/** By its digest: a name or a tag is whatever the registry says today. */
const PINNED_IMAGE = /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/;

/** Makes what is missing, or with check says what is. */
export async function init(context: CommandContext, options: InitOptions): Promise<void> {
  const root = workTreeRoot(context, context.cwd);
  if (root === undefined)
    throw new LacreError("GIT_FAILED", "this is no Git repository", { hint: "make one first: git init" });
  if (options.check !== true) refuseOwnTree(context, root);
  const parts = setupParts(gitAt(context, root), programWords(context), await stepOf(context, root, options));
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

/** The CI step that is wanted. Nothing is asked for a step that is there, or only looked for. */
async function stepOf(context: CommandContext, root: string, options: InitOptions): Promise<CiStep | undefined> {
  const { ci, integrity, image } = options;
  if (ci === undefined) {
    if (integrity === undefined && image === undefined) return undefined;
    throw new LacreError("USAGE", "--integrity and --image are for a CI step", { hint: "name one: --ci github" });
  }
  const unpinned = ciStep(ci, { integrity: "" });
  if (options.check === true || fs.existsSync(path.join(root, unpinned.path))) return unpinned;
  const pins: CiPins = { integrity: await integrityOf(context, integrity) };
  return ciStep(ci, ci === "gitlab" || ci === "jenkins" ? { ...pins, image: await imageOf(context, image) } : pins);
}

async function integrityOf(context: CommandContext, given: string | undefined): Promise<string> {
  const integrity =
    given ?? ownIntegrity(context) ?? (await context.askLine(`SRI hash of lacre ${VERSION} (sha512-...): `)) ?? "";
  if (INTEGRITY.test(integrity)) return integrity;
  throw new LacreError(
    "USAGE",
    `the step runs lacre ${VERSION} only by its SRI hash, ${integrity === "" ? "which this installation does not know" : "sha512- and 88 characters of base64"}`,
    {
      hint: `give it: --integrity sha512-...; see the notes of the release, and compare: npm view lacre@${VERSION} dist.integrity`,
    },
  );
}

async function imageOf(context: CommandContext, given: string | undefined): Promise<string> {
  const image = given ?? (await context.askLine("image with Node 24, npm and Git (node@sha256:...): ")) ?? "";
  if (PINNED_IMAGE.test(image)) return image;
  throw new LacreError("USAGE", "the step runs in an image that is named by its digest", {
    hint: "give it: --image node@sha256:...; see: docker buildx imagetools inspect node:24",
  });
}
