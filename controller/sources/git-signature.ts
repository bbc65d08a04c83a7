/** Whether an allowed signer has signed a commit with SSH. Its tree is what it vouches for, whole. */
import * as path from "node:path";
import type { Objection } from "../../src/model/index.ts";
import { type Git, withOptions } from "../../src/node/git.ts";
import { gitText } from "./git-failure.ts";

/** A program that says no: signatures of other kinds than SSH are not looked at. */
const NO_OTHER_SIGNATURES = [
  "-c",
  "gpg.program=false",
  "-c",
  "gpg.x509.program=false",
  "-c",
  "gpg.openpgp.program=false",
];
const SSH_SIGNED = /^gpgsig(?:-sha256)? -----BEGIN SSH SIGNATURE-----$/m;

/** Parents, names and message: a commit of this size says nothing to anybody, and is held in memory to be judged. */
const MAX_COMMIT_BYTES: number = 1024 * 1024;

/** What a commit looks like in messages. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

function untrusted(message: string): Objection {
  return { reason: "SignatureNotTrusted", message };
}

/** Why a commit is not taken, or undefined for one that an allowed signer has signed. Throws SOURCE_FAILED. */
export async function judgeSignature(git: Git, commit: string, allowedSigners: string): Promise<Objection | undefined> {
  const short = shortCommit(commit);
  if (Number(await gitText(git, ["cat-file", "-s", commit])) > MAX_COMMIT_BYTES) {
    return untrusted(`commit ${short} is over 1 MiB itself, without its files`);
  }
  const header = (await gitText(git, ["cat-file", "commit", commit])).split("\n\n", 1)[0] ?? "";
  if (!SSH_SIGNED.test(header)) return untrusted(`commit ${short} is not signed with SSH`);
  const strict = withOptions(
    git,
    ...NO_OTHER_SIGNATURES,
    "-c",
    "log.showSignature=false",
    "-c",
    `gpg.ssh.allowedSignersFile=${path.resolve(allowedSigners)}`,
  );
  // G: good, and by an allowed signer. U would be good by somebody unknown.
  const verdict = (await gitText(strict, ["log", "-1", "--format=%G?", commit])).trim();
  return verdict === "G" ? undefined : untrusted(`commit ${short} is signed by nobody who is allowed to`);
}
