/** A branch of a Git repository as a source: polled with the system's git, fetched as shallowly as may be, read by blob. */
import * as fs from "node:fs";
import { LacreError } from "../../src/errors.ts";
import type { Objection } from "../../src/model/index.ts";
import { gitOutside } from "../../src/node/git.ts";
import { BlobReader } from "../../src/node/git-blobs.ts";
import type { ProcessEnvironment } from "../../src/node/git-environment.ts";
import { type Accepted, afterTaking, atStart, isOpen, judgeDescent, readAccepted, writeAccepted } from "./accepted.ts";
import type { Files, Snapshot, SourceFile } from "./files.ts";
import { GitClone } from "./git-clone.ts";
import { gitText, TRIED_AGAIN } from "./git-failure.ts";
import { judgeSignature, shortCommit } from "./git-signature.ts";
import { listManifests, type TreeFile } from "./git-tree.ts";
import { asUrl, withoutCredentials } from "./git-url.ts";
import { checkManifestSize } from "./sizes.ts";

/** Which commits are taken. */
export type Signing = {
  /** Who may sign, as ssh-keygen reads it. */
  readonly allowedSigners: string;
  /** Where the commit accepted last is kept. */
  readonly acceptedFile: string;
  /** The one commit that is taken though it does not descend from that one. */
  readonly acceptCommit?: string | undefined;
};

type Refusal = { readonly commit: string; readonly signers: string; readonly objection: Objection };

class GitSource implements Files {
  readonly name: string;
  readonly #env: ProcessEnvironment;
  readonly #url: string;
  readonly #ref: string;
  readonly #directory: string;
  readonly #signing: Signing | undefined;
  #accepted: Accepted;
  #snapshot: Snapshot | undefined;
  /** Against what is in force itself: its signer may be allowed no more. */
  #doubt: Objection | undefined;
  #refused: Refusal | undefined;
  #reader: BlobReader | undefined;

  constructor(
    env: ProcessEnvironment,
    url: string,
    branch: string | undefined,
    directory: string,
    signing: Signing | undefined,
  ) {
    this.#env = env;
    this.name = `git:${withoutCredentials(url)}#${branch ?? "HEAD"}`;
    this.#url = asUrl(url);
    this.#ref = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
    this.#directory = directory;
    this.#signing = signing;
    this.#accepted = signing === undefined ? { commit: undefined, used: undefined } : start(signing);
  }

  async snapshot(): Promise<Snapshot> {
    const tip = await this.#findTip();
    if (this.#signing !== undefined && this.#snapshot === undefined) await this.#restore(this.#signing);
    if (this.#snapshot?.revision === tip) return this.#inForce(this.#doubt);
    const signers = stampOf(this.#signing?.allowedSigners);
    if (this.#refused?.commit === tip && this.#refused.signers === signers)
      return this.#inForce(this.#refused.objection);
    this.#refused = undefined;
    return this.#inForce(await this.#follow(tip, signers));
  }

  close(): void {
    this.#reader?.close();
  }

  #clone(commit: string): GitClone {
    return new GitClone(this.#env, this.#directory, this.#url, this.#ref, commit);
  }

  /** What is in force. What was accepted before stays so: whoever pushes a bad commit must not stop drift from being put right. */
  #inForce(objection: Objection | undefined): Snapshot {
    if (this.#snapshot === undefined) {
      const { reason, message } = objection ?? { reason: "SourceFailed", message: "nothing was fetched" };
      throw new LacreError(reason === "SignatureNotTrusted" ? "SIGNATURE_INVALID" : "SOURCE_FAILED", message, {
        hint: reason === "SignatureNotTrusted" ? "sign the commit: git commit --amend -S" : TRIED_AGAIN,
      });
    }
    if (objection === undefined) return this.#snapshot;
    const stays = `${shortCommit(this.#snapshot.revision)} stays in force`;
    return { ...this.#snapshot, problem: { reason: objection.reason, message: `${objection.message}; ${stays}` } };
  }

  /** The commit that the branch is at. Throws SOURCE_FAILED. */
  async #findTip(): Promise<string> {
    const listed = await gitText(gitOutside(this.#env), ["ls-remote", "--", this.#url, this.#ref]);
    // ls-remote matches by the tail of a name: whoever may push any branch could have theirs listed first.
    const lines = listed.split("\n").map((line) => line.split("\t"));
    const commit = lines.find(([, ref]) => ref === this.#ref)?.[0] ?? "";
    if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
    throw new LacreError("SOURCE_FAILED", `${this.name}: there is no such branch`, {
      hint: "git:URL#BRANCH; is it pushed?",
    });
  }

  /** After a restart: puts the commit accepted last in force again, whatever the branch is at now. */
  async #restore({ allowedSigners }: Signing): Promise<void> {
    const { commit } = this.#accepted;
    if (commit === undefined) return;
    const clone = this.#clone(commit);
    if (!(await clone.restore(commit))) return;
    this.#doubt = await judgeSignature(clone.git, commit, allowedSigners);
    await this.#serve(clone, commit);
  }

  /** Fetches the branch and puts its commit in force, or says why not. Throws SOURCE_FAILED while nothing is in force. */
  async #follow(tip: string, signers: string): Promise<Objection | undefined> {
    try {
      const clone = this.#clone(tip);
      // What was fetched decides: the branch may have moved since it was listed.
      const commit = await clone.fetch(this.#accepted.commit === undefined ? "shallow" : "with history");
      const objection = (await this.#judge(clone, commit)) ?? (await this.#take(clone, commit));
      // What could not be told is asked again in the next pass.
      if (objection?.isFinal === true) this.#refused = { commit, signers, objection };
      return objection;
    } catch (error) {
      if (!(error instanceof LacreError) || error.code !== "SOURCE_FAILED" || this.#snapshot === undefined) throw error;
      return { reason: "SourceFailed", message: error.message };
    }
  }

  /** Why a commit is not taken. Throws SOURCE_FAILED. */
  async #judge(clone: GitClone, commit: string): Promise<FinalObjection | undefined> {
    if (this.#signing === undefined) return undefined;
    const unsigned = await judgeSignature(clone.git, commit, this.#signing.allowedSigners);
    if (unsigned !== undefined) return { ...unsigned, isFinal: true };
    const last = this.#accepted.commit;
    const descent = last === undefined ? "yes" : await clone.descends(commit, last);
    const objection = judgeDescent(commit, this.#accepted, this.#signing.acceptCommit, descent);
    return objection && { ...objection, isFinal: descent === "no" };
  }

  /** Puts a commit in force and remembers it, or says why not. Throws SOURCE_FAILED. */
  async #take(clone: GitClone, commit: string): Promise<FinalObjection | undefined> {
    const excess = await this.#serve(clone, commit, this.#signing);
    if (excess === undefined) this.#doubt = undefined;
    return excess && { ...excess, isFinal: true };
  }

  /** Lists a commit for reading. signing: kept before it is in force, so that no restart can go back behind it. */
  async #serve(clone: GitClone, commit: string, signing?: Signing): Promise<Objection | undefined> {
    const listing = await listManifests(clone.git, commit);
    if (!listing.ok) return { reason: "SourceFailed", message: `commit ${shortCommit(commit)} has ${listing.excess}` };
    if (signing !== undefined) {
      const { acceptCommit } = signing;
      const isPast = isOpen(this.#accepted, acceptCommit) && (await clone.isAncestor(acceptCommit, commit));
      const accepted = afterTaking(commit, this.#accepted, acceptCommit, isPast);
      await clone.keep(commit);
      record(signing, accepted);
      this.#accepted = accepted;
    }
    this.#reader?.close();
    const reader = new BlobReader(clone.git, "SOURCE_FAILED");
    this.#reader = reader;
    this.#snapshot = { revision: commit, files: listing.files.map((file) => toSourceFile(reader, file)) };
    return undefined;
  }
}

/** isFinal: the same commit is refused again without asking. */
type FinalObjection = Objection & { readonly isFinal: boolean };

/** What was kept, as it counts for this start. Throws TARGET_FAILED. */
function start(signing: Signing): Accepted {
  const kept = readAccepted(signing.acceptedFile);
  const accepted = atStart(kept, signing.acceptCommit);
  if (accepted !== kept) record(signing, accepted);
  return accepted;
}

function record({ acceptedFile }: Signing, accepted: Accepted): void {
  try {
    writeAccepted(acceptedFile, accepted);
  } catch (cause) {
    const hint = "is the disk full?";
    throw new LacreError("SOURCE_FAILED", "the accepted commit cannot be recorded", { hint, cause });
  }
}

/** Changes when the signers may have: a commit that was refused is then judged anew. */
function stampOf(file: string | undefined): string {
  const stat = file === undefined ? undefined : fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? "" : `${stat.ino}.${stat.size}.${stat.mtimeNs}`;
}

function toSourceFile(reader: BlobReader, { path: file, blob, bytes }: TreeFile): SourceFile {
  const read = async () => {
    checkManifestSize(file, bytes);
    const content = await reader.read(blob);
    if (content !== undefined) return content;
    throw new LacreError("SOURCE_FAILED", "a blob is missing from the fetched commit", { hint: TRIED_AGAIN });
  };
  return { path: file, stamp: blob, read };
}

/**
 * A source on a Git branch, asked with this environment; its clone lives in `directory` and is made when it is not there. signing: only signed commits
 * that descend from the one accepted last are taken. Throws TARGET_FAILED when what was accepted cannot be read.
 */
export function gitSource(
  env: ProcessEnvironment,
  url: string,
  branch: string | undefined,
  directory: string,
  signing?: Signing,
): Files {
  return new GitSource(env, url, branch, directory, signing);
}
