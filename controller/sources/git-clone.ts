/** Our bare clone of a source: what is fetched into it, what is kept, and what descends from what. */
import * as fs from "node:fs";
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { askGit, type Git, gitOf, gitOutside } from "../../src/node/git.ts";
import type { ProcessEnvironment } from "../../src/node/git-environment.ts";
import type { Descent } from "./accepted.ts";
import { describeFailure, gitText, TRIED_AGAIN } from "./git-failure.ts";

const FETCHED = "refs/lacre/fetched";
/** Keeps the accepted commit from being collected while others are fetched and refused. */
const ACCEPTED = "refs/lacre/accepted";

/** A bare repository in a directory of its own, and the branch that it follows. `ref` is a whole ref name, or HEAD. */
export class GitClone {
  /** Git in this repository. */
  readonly git: Git;
  readonly #repository: string;
  readonly #outside: Git;
  readonly #url: string;
  readonly #ref: string;

  /** A repository holds ids of one length: one for SHA-256 lies beside the usual one. */
  constructor(env: ProcessEnvironment, directory: string, url: string, ref: string, commit: string) {
    this.#repository = commit.length === 64 ? `${directory}-sha256` : directory;
    this.git = gitOf(this.#repository, env);
    this.#outside = gitOutside(env);
    this.#url = url;
    this.#ref = ref;
  }

  /** Makes it, where it is not there. Throws SOURCE_FAILED. */
  async create(): Promise<void> {
    if (fs.existsSync(path.join(this.#repository, "HEAD"))) return;
    fs.mkdirSync(this.#repository, { recursive: true, mode: 0o700 });
    const format = this.#repository.endsWith("-sha256") ? "sha256" : "sha1";
    await gitText(this.#outside, [
      "init",
      "--quiet",
      "--bare",
      `--object-format=${format}`,
      path.resolve(this.#repository),
    ]);
  }

  /**
   * Fetches the branch; its commit. shallow: it alone. Else with what leads to it from what is here: from a shallow clone of
   * an ancestor that is the commits in between. Throws SOURCE_FAILED.
   */
  async fetch(how: "shallow" | "with history"): Promise<string> {
    await this.create();
    await gitText(this.git, this.#fetchInto(FETCHED, this.#ref, how === "shallow" ? "--depth=1" : "--update-shallow"));
    return (await gitText(this.git, ["rev-parse", "--verify", `${FETCHED}^{commit}`])).trim();
  }

  #fetchInto(into: string, what: string, ...how: readonly string[]): readonly string[] {
    const options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--force", ...how];
    return ["fetch", ...options, "--", this.#url, `${what}:${into}`];
  }

  async has(commit: string): Promise<boolean> {
    return (await askGit(this.git, ["cat-file", "-e", `${commit}^{commit}`])).ok;
  }

  /** Gets an accepted commit back into a clone that lost it. Servers may refuse to give a commit by its id. */
  async restore(commit: string): Promise<boolean> {
    await this.create();
    if (await this.has(commit)) return true;
    return (await askGit(this.git, this.#fetchInto(ACCEPTED, commit, "--depth=1"))).ok && (await this.has(commit));
  }

  /** Keeps a commit, and lets the one before go. Throws SOURCE_FAILED. */
  async keep(commit: string): Promise<void> {
    await gitText(this.git, ["update-ref", ACCEPTED, commit]);
  }

  /** Whether a fetched commit has another among its ancestors. Throws SOURCE_FAILED. */
  async descends(commit: string, from: string): Promise<Descent> {
    if (await this.isAncestor(from, commit)) return "yes";
    if (!(await this.#isCut(commit, from))) return "no";
    await askGit(this.git, this.#fetchInto(FETCHED, this.#ref, "--unshallow", "--update-shallow"));
    if (await this.isAncestor(from, commit)) return "yes";
    return (await this.#isCut(commit, from)) ? "unknown" : "no";
  }

  /** True where the history of a commit ends for want of having been fetched, and the other could lie behind that. */
  async #isCut(commit: string, from: string): Promise<boolean> {
    const cuts = new Set(this.#readShallow());
    if (cuts.size === 0) return false;
    const ends = (await gitText(this.git, ["rev-list", "--max-parents=0", commit])).split("\n");
    for (const end of ends) {
      // What led to the other one cannot have it behind itself.
      if (cuts.has(end) && !(await this.isAncestor(end, from))) return true;
    }
    return false;
  }

  /** The commits whose parents were not fetched. */
  #readShallow(): readonly string[] {
    const file = path.join(this.#repository, "shallow");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }

  /** True where a commit is another's ancestor, or that one itself, as far as history is here. False too where one of the two is not: in a whole history it would be. */
  async isAncestor(older: string, commit: string): Promise<boolean> {
    const answer = await askGit(this.git, ["merge-base", "--is-ancestor", older, commit]);
    if (answer.ok) return true;
    if (answer.status === 1 || !(await this.has(older)) || !(await this.has(commit))) return false;
    throw new LacreError("SOURCE_FAILED", `git merge-base: ${describeFailure(answer)}`, { hint: TRIED_AGAIN });
  }
}
