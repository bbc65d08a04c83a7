/** `lacre init`: a repository set up for sealing, merging and verifying. Running it again changes nothing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { VERSION } from "../../src/version.ts";
import type { CommandContext } from "../context.ts";
import { gitAt, repositoryHere } from "../git/git.ts";
import { type CiPins, type CiStep, type CiSystem, ciStep } from "../repository/ci-steps.ts";
import { HOOKS, type Hook } from "../repository/hook-text.ts";
import { INTEGRITY, ownIntegrity, programWords, refuseOwnTree } from "../repository/own-program.ts";
import { notSetUp, notThere } from "../repository/part.ts";
import { setupParts } from "../repository/setup.ts";

/** Options of `lacre init`. integrity and image: what the CI step may run. */
export type InitOptions = {
  readonly ci?: CiSystem;
  readonly integrity?: string;
  readonly image?: string;
  readonly check?: boolean;
  /** Hooks beyond those that every clone gets. */
  readonly hook?: readonly Hook[];
  readonly remove?: boolean;
};

/** By its digest: a name or a tag is whatever the registry says today. */
const PINNED_IMAGE = /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/;

/** Makes what is missing, or with check says what is. */
export async function init(context: CommandContext, options: InitOptions): Promise<void> {
  const here = repositoryHere(context);
  if (here === undefined)
    throw new LacreError("GIT_FAILED", "this is no Git repository", { hint: "make one first: git init" });
  if (here.kind === "bare")
    throw new LacreError("GIT_FAILED", "this is a repository without a work tree: there is nothing to set up", {
      hint: "run it in a clone; a server judges what it is sent in its pre-receive hook: docs/ci.md",
    });
  const { root } = here;
  if (options.remove === true) return remove(context, root);
  if (options.check !== true) refuseOwnTree(context, root);
  const wanted = { step: await stepOf(context, root, options), hooks: options.hook ?? [] };
  const lacks = notThere(setupParts(gitAt(context, root), programWords(context), wanted));
  if (options.check === true) {
    if (lacks.length > 0) throw notSetUp(lacks);
    context.say("everything is set up");
    return;
  }
  const missing = lacks.filter(({ state }) => state.kind === "missing").map(({ part }) => part);
  for (const part of missing) part.make();
  for (const { name } of missing) context.say(`made ${name}`);
  for (const { part, state } of lacks) {
    if (state.kind === "by hand") context.say(`by hand, ${part.name}: ${state.says}`);
  }
  if (lacks.length === 0) context.say("everything was set up already");
  else if (missing.length > 0) context.say("next: put the public key into keys/, then: lacre seal --in-place FILE");
}

/** Takes out what this clone alone has: settings, hooks, the script that they call. Files that are committed stay. */
function remove(context: CommandContext, root: string): void {
  const parts = setupParts(gitAt(context, root), programWords(context), { hooks: HOOKS });
  const done = parts.flatMap(({ name, remove: take }) => {
    const said = take?.();
    return said === undefined ? [] : [`${name}: ${said}`];
  });
  for (const line of done) context.say(line);
  if (done.length === 0) context.say("nothing of lacre is in this clone's settings and hooks");
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
