/** What blobs hold, read through one `git cat-file --batch`: a list of them in a row, or each as it is asked for. */
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { LacreError } from "../errors.ts";
import { type Git, streamGit } from "./git.ts";
import { BatchParser, type GitObject } from "./git-batch.ts";

/** What a git that ends in the middle means to the caller. */
type Failure = "GIT_FAILED" | "SOURCE_FAILED";

function start(git: Git): ChildProcessByStdio<Writable, Readable, null> {
  const child = streamGit(git, ["cat-file", "--batch"]);
  // Its end tells: what was not answered by then never is.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  return child;
}

function cut(failure: Failure): LacreError {
  return new LacreError(failure, "git cat-file ended before all objects were read", {
    hint: "check the repository: git fsck",
  });
}

/** The objects of a list in turn. Git waits while nobody takes them, and nothing over the limit is held. */
export async function* readBlobs(
  git: Git,
  oids: readonly string[],
  limitBytes: number,
  failure: Failure,
): AsyncGenerator<GitObject> {
  if (oids.length === 0) return;
  const child = start(git);
  child.stdin.end(`${oids.join("\n")}\n`);
  const parser = new BatchParser(limitBytes);
  let count = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (const object of parser.push(chunk)) {
      count++;
      yield object;
    }
  }
  if (!parser.isAtRest || count !== oids.length) throw cut(failure);
}

type Waiting = { readonly resolve: (bytes: Buffer | undefined) => void; readonly reject: (error: LacreError) => void };

/** Reads blobs one after another. Git answers in the order of the questions, for as long as this is not closed. */
export class BlobReader {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #failure: Failure;
  readonly #waiting: Waiting[] = [];
  #isEnded = false;

  /** limitBytes: what is larger reads as undefined. */
  constructor(git: Git, failure: Failure, limitBytes: number = Number.POSITIVE_INFINITY) {
    this.#failure = failure;
    this.#child = start(git);
    const parser = new BatchParser(limitBytes);
    this.#child.stdout.on("data", (chunk: Buffer) => {
      for (const { bytes } of parser.push(chunk)) this.#waiting.shift()?.resolve(bytes);
    });
    this.#child.on("error", () => this.#fail());
    this.#child.on("close", () => this.#fail());
  }

  /** The bytes of a blob; undefined for what is none, not there, or too large. Throws the error that was chosen where git ends. */
  read(oid: string): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#isEnded) return reject(cut(this.#failure));
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${oid}\n`);
    });
  }

  /** What was asked for is still answered; then git ends. */
  close(): void {
    this.#child.stdin.end();
  }

  #fail(): void {
    this.#isEnded = true;
    for (const { reject } of this.#waiting.splice(0)) reject(cut(this.#failure));
  }
}
