/** The file that says whose signatures count: the controller's own configuration, read again when it changes. */
import * as fs from "node:fs";
import { LacreError } from "../src/errors.ts";
import { parseSealers, type SealerPolicy } from "../src/keys/index.ts";
import { inFile } from "../src/node/file-error.ts";

/** One file. A bad one at the start is an error; later the last good one goes on, and the problem can be asked for. */
export class SealersFile {
  readonly #file: string;
  #loaded: { readonly stamp: string; readonly policy: SealerPolicy };
  #problem: string | undefined;

  /** CONFIG_INVALID or INPUT_UNREADABLE. */
  constructor(file: string) {
    this.#file = file;
    this.#loaded = this.#load(this.#stamp());
  }

  /** What is wrong with the file now, if anything. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The policy, the newest that could be read: a mistake in the file must not let in what it refused. */
  get policy(): SealerPolicy {
    return this.#loaded.policy;
  }

  /** Reads the file again when it changed; true when there is another policy now. */
  refresh(): boolean {
    const stamp = this.#stamp();
    if (stamp === this.#loaded.stamp) return false;
    try {
      this.#loaded = this.#load(stamp);
      this.#problem = undefined;
      return true;
    } catch (error) {
      this.#problem = error instanceof LacreError ? error.message : "it cannot be read";
      return false;
    }
  }

  /** A mounted ConfigMap changes by a symbolic link: stat follows it. */
  #stamp(): string {
    const stat = fs.statSync(this.#file, { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.ino}.${stat.mtimeMs}.${stat.size}`;
  }

  #load(stamp: string): { readonly stamp: string; readonly policy: SealerPolicy } {
    let text: string;
    try {
      text = fs.readFileSync(this.#file, "utf8");
    } catch (cause) {
      const hint = "check the path of --sealers and its owner";
      throw new LacreError("INPUT_UNREADABLE", `${this.#file} cannot be read`, { hint, cause });
    }
    return { stamp, policy: inFile(this.#file, () => parseSealers(text)) };
  }
}
