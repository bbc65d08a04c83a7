/** The content of blobs, read one after another through one process. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { LacreError } from "../../src/errors.ts";
import { ENVIRONMENT, inRepository } from "./git-command.ts";

/** Reads blobs through one `git cat-file --batch`, which answers in the order of the questions. */
export class BlobReader {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: { resolve: (content: Uint8Array) => void; reject: (error: LacreError) => void }[] = [];
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** No answer can be complete before this many bytes are there: a large blob is joined once, not once a chunk. */
  #neededBytes = 0;

  constructor(repository: string) {
    this.#child = spawn("git", [...inRepository(repository), "cat-file", "--batch"], {
      env: ENVIRONMENT,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bufferedBytes += chunk.length;
      if (this.#bufferedBytes >= this.#neededBytes) this.#takeAnswers();
    });
    this.#child.stdin.on("error", () => undefined);
    this.#child.on("error", () => this.#fail());
    this.#child.on("close", () => this.#fail());
  }

  read(blob: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${blob}\n`);
    });
  }

  close(): void {
    this.#child.stdin.end();
  }

  #takeAnswers(): void {
    let rest = Buffer.concat(this.#chunks);
    for (let taken = this.#answer(rest); taken > 0; taken = this.#answer(rest)) rest = rest.subarray(taken);
    this.#chunks = [rest];
    this.#bufferedBytes = rest.length;
  }

  /** Takes one answer, `<oid> blob <size>\n<content>\n`, and gives its length; 0 while it is not whole. */
  #answer(buffered: Buffer): number {
    const lineEnd = buffered.indexOf(0x0a);
    this.#neededBytes = 0;
    if (lineEnd === -1) return 0;
    const [, type, size] = buffered.toString("latin1", 0, lineEnd).split(" ");
    const start = lineEnd + 1;
    const end = start + (type === "blob" ? Number(size) + 1 : 0);
    this.#neededBytes = end;
    if (buffered.length < end) return 0;
    const waiting = this.#waiting.shift();
    if (type === "blob") waiting?.resolve(new Uint8Array(buffered.subarray(start, end - 1)));
    else waiting?.reject(new LacreError("SOURCE_FAILED", "a blob is missing from the fetched commit"));
    return end;
  }

  #fail(): void {
    for (const { reject } of this.#waiting.splice(0))
      reject(new LacreError("SOURCE_FAILED", "git cat-file ended early"));
  }
}
