/** `lacre merge-driver`: settles entries without keys, leaves the rest to Git's own text merge. */
import { LacreError } from "../../src/errors.ts";
import { decodeSource, type Source } from "../../src/format/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { readError } from "../../src/node/file-error.ts";
import { writeAtomic } from "../../src/node/write.ts";
import { type Aligned, alignEntries, describeToken, isMergedAs } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readRegular, resolvePath } from "../files/files.ts";
import { gitAt, runGit } from "../git/git.ts";

/** What Git hands to a driver: three files, the marker's size and the path that is merged. */
export type MergeRequest = {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly markerSize?: string;
  readonly path?: string;
};

// git merge-file ends with the number of conflicts, at most 127, and beyond that for real failures.
const MAX_CONFLICTS = 127;

/** 0 when everything was merged into `ours`, 1 when conflict markers are left in it. */
export async function mergeDriver(context: CommandContext, request: MergeRequest): Promise<number> {
  const shown = request.path ?? request.ours;
  for (const file of [request.base, request.ours, request.theirs]) readHanded(context, file, file);
  const aligned = align(context, request, shown);
  if (aligned === undefined) return textMerge(context, request);
  stage(context, request, aligned);
  const status = textMerge(context, request);
  for (const { object, what, ours, theirs } of aligned.conflicts) {
    const side = (token: string | undefined) => (token === undefined ? "removed" : describeToken(token));
    context.say(`lacre: conflict in ${shown}: ${object}, entry ${what}: ours ${side(ours)}; theirs ${side(theirs)}`);
  }
  // The text merge can find a place for what one side removed and the other moved and changed: nobody has decided that.
  if (aligned.conflicts.length > 0) return EXIT.failed;
  if (status === EXIT.fine && !isWhatWasExpected(context, request, aligned)) {
    context.say(
      `lacre: ${shown}: the text merge did not give the expected entries; look at the file before you commit`,
    );
    return EXIT.failed;
  }
  return status;
}

/** What cannot be read at all is not for Git's text merge either. */
function readHanded(context: CommandContext, file: string, shown: string): Uint8Array {
  try {
    return readRegular(resolvePath(context, file), shown);
  } catch (error) {
    throw error instanceof LacreError ? error : readError(shown, error);
  }
}

function read(context: CommandContext, file: string, shown: string): Source {
  const bytes = readHanded(context, file, shown);
  // Both sides may have added the file: then there is no base, and Git hands over an empty one.
  return bytes.length === 0 ? { path: shown, text: "", bom: false } : decodeSource(shown, bytes);
}

/** The aligned versions, or undefined where one of them is not for us: Git's text merge is right for those. */
function align(context: CommandContext, { base, ours, theirs }: MergeRequest, shown: string): Aligned | undefined {
  try {
    return alignEntries(read(context, base, shown), read(context, ours, shown), read(context, theirs, shown));
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    context.say(`lacre: ${error.message}; merged as plain text`);
    return undefined;
  }
}

function stage(context: CommandContext, { base, ours, theirs }: MergeRequest, aligned: Aligned): void {
  for (const [file, content] of [
    [base, aligned.base],
    [ours, aligned.ours],
    [theirs, aligned.theirs],
  ] as const) {
    writeAtomic({ path: resolvePath(context, file), content });
  }
}

function textMerge(context: CommandContext, { base, ours, theirs, markerSize }: MergeRequest): number {
  const size = /^\d+$/.test(markerSize ?? "") ? [`--marker-size=${markerSize}`] : [];
  const args = ["merge-file", "-q", ...size, "-L", "ours", "-L", "base", "-L", "theirs", ours, base, theirs];
  const { status } = runGit(gitAt(context, context.cwd), args);
  if (status === 0) return EXIT.fine;
  if (status <= MAX_CONFLICTS) return EXIT.failed;
  throw new LacreError("GIT_FAILED", "git merge-file could not merge the file", {
    hint: "resolve it by hand: git mergetool",
  });
}

function isWhatWasExpected(context: CommandContext, request: MergeRequest, aligned: Aligned): boolean {
  try {
    return isMergedAs(read(context, request.ours, request.ours), aligned.expected);
  } catch (error) {
    if (error instanceof LacreError) return false;
    throw error;
  }
}
