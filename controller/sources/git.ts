/** A branch of a Git repository as a source: polled with the system's git, fetched shallowly, read by blob. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/index.ts";
import type { Objection } from "../problem.ts";
import { BlobReader } from "./blob-reader.ts";
import { inRepository, runGit } from "./git-command.ts";
import { judgeSignature, shortCommit } from "./git-signature.ts";
import { listManifests, type TreeFile } from "./git-tree.ts";
import { asUrl, withoutCredentials } from "./git-url.ts";
import { checkManifestSize } from "./sizes.ts";
import type { Snapshot, Source, SourceFile } from "./source.ts";

const FETCHED = "refs/lacre/fetched";

/** A clone that holds one commit, in a directory of its own. */
class GitSource implements Source {
  readonly name: string;
  readonly #url: string;
  readonly #ref: string;
  readonly #repository: string;
  readonly #allowedSigners: string | undefined;
  #snapshot: Snapshot | undefined;
  #refused: { readonly commit: string; readonly objection: Objection } | undefined;
  #reader: BlobReader | undefined;

  constructor(url: string, branch: string | undefined, repository: string, allowedSigners: string | undefined) {
    this.name = `git:${withoutCredentials(url)}#${branch ?? "HEAD"}`;
    this.#url = asUrl(url);
    this.#ref = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
    this.#repository = repository;
    this.#allowedSigners = allowedSigners;
  }

  async snapshot(): Promise<Snapshot> {
    const tip = await this.#findTip();
    if (this.#snapshot?.revision === tip) return this.#snapshot;
    if (this.#refused?.commit !== tip) {
      const fetched = await this.#fetch();
      const objection = await this.#take(fetched);
      this.#refused = objection && { commit: fetched, objection };
    }
    return this.#withObjection(this.#refused?.objection);
  }

  /** What is in force. What was accepted before stays so: whoever pushes a bad commit must not stop drift from being put right. */
  #withObjection(objection: Objection | undefined): Snapshot {
    if (this.#snapshot !== undefined && objection === undefined) return this.#snapshot;
    const { reason, message } = objection ?? { reason: "SourceFailed", message: "nothing was fetched" };
    if (this.#snapshot === undefined) {
      throw new LacreError(reason === "SignatureNotTrusted" ? "SIGNATURE_INVALID" : "SOURCE_FAILED", message);
    }
    return { ...this.#snapshot, problem: { reason, message: `${message}; the commit before it stays in force` } };
  }

  close(): void {
    this.#reader?.close();
  }

  /** The commit that the branch is at. Throws SOURCE_FAILED. */
  async #findTip(): Promise<string> {
    const listed = await runGit(["ls-remote", "--", this.#url, this.#ref]);
    // ls-remote matches by the tail of a name: whoever may push any branch could have theirs listed first.
    const lines = listed.split("\n").map((line) => line.split("\t"));
    const commit = lines.find(([, ref]) => ref === this.#ref)?.[0] ?? "";
    if (/^[0-9a-f]{40,64}$/.test(commit)) return commit;
    throw new LacreError("SOURCE_FAILED", `${this.name}: there is no such branch`, {
      hint: "git:URL#BRANCH; is it pushed?",
    });
  }

  /** Fetches the branch; its commit. What was fetched decides: the branch may have moved since it was listed. */
  async #fetch(): Promise<string> {
    if (!fs.existsSync(path.join(this.#repository, "HEAD"))) {
      fs.mkdirSync(this.#repository, { recursive: true, mode: 0o700 });
      await runGit(["init", "--quiet", "--bare", this.#repository]);
    }
    const inside = inRepository(this.#repository);
    const how = ["--quiet", "--depth=1", "--no-tags", "--force"];
    await runGit([...inside, "fetch", ...how, "--", this.#url, `${this.#ref}:${FETCHED}`]);
    return (await runGit([...inside, "rev-parse", "--verify", `${FETCHED}^{commit}`])).trim();
  }

  /** Puts a commit in force, or says why not. Throws SOURCE_FAILED. */
  async #take(commit: string): Promise<Objection | undefined> {
    if (this.#allowedSigners !== undefined) {
      const objection = await judgeSignature(this.#repository, commit, this.#allowedSigners);
      if (objection !== undefined) return objection;
    }
    const listing = await listManifests(this.#repository, commit);
    if (!listing.ok) return { reason: "SourceFailed", message: `commit ${shortCommit(commit)} has ${listing.excess}` };
    this.#reader?.close();
    const reader = new BlobReader(this.#repository);
    this.#reader = reader;
    this.#snapshot = { revision: commit, files: listing.files.map((file) => toSourceFile(reader, file)) };
    return undefined;
  }
}

function toSourceFile(reader: BlobReader, { path: file, blob, bytes }: TreeFile): SourceFile {
  const read = async () => {
    checkManifestSize(file, bytes);
    return await reader.read(blob);
  };
  return { path: file, stamp: blob, read };
}

/**
 * A source on a Git branch; its clone lives in `repository` and is made when it is not there. allowedSigners: only commits
 * that somebody in this file has signed are taken.
 */
export function gitSource(
  url: string,
  branch: string | undefined,
  repository: string,
  allowedSigners?: string,
): Source {
  return new GitSource(url, branch, repository, allowedSigners);
}
