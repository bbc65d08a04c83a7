/** A branch of a Git repository as a source: polled with the system's git, fetched shallowly, read by blob. */
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Readable, Writable } from "node:stream";
import { isManifestPath, LacreError } from "../../src/index.ts";
import type { Snapshot, Source, SourceFile } from "./source.ts";

const TIMEOUT_MS = 120_000;
const FETCHED = "refs/lacre/fetched";
const ENVIRONMENT = {
  ...process.env,
  GIT_TERMINAL_PROMPT: "0",
  GIT_SSH_COMMAND: process.env["GIT_SSH_COMMAND"] ?? "ssh -o BatchMode=yes",
  // Helpers that run programs named in the URL have no place here.
  GIT_ALLOW_PROTOCOL: process.env["GIT_ALLOW_PROTOCOL"] ?? "file:git:http:https:ssh",
  LC_ALL: "C",
};

// Git's own words may hold the URL with its password: they are recognised, never repeated.
const KNOWN_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/authentication failed|could not read (?:username|password)|permission denied/i, "access was refused"],
  [
    /could not resolve host|unable to access|connection (?:refused|timed out)|could not connect/i,
    "the server cannot be reached",
  ],
  [/not found|does not appear to be a git repository|does not exist/i, "there is no such repository"],
  [/no space left/i, "the disk is full"],
];

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

/** Refuses a commit that none of the allowed signers has signed with SSH. Its tree is what it vouches for, whole. */
async function checkSignature(repository: string, commit: string, allowedSigners: string): Promise<void> {
  const inside = ["-C", repository];
  const header = (await run([...inside, "cat-file", "commit", commit])).split("\n\n", 1)[0] ?? "";
  const short = commit.slice(0, 12);
  if (!SSH_SIGNED.test(header)) {
    throw new LacreError("SIGNATURE_INVALID", `commit ${short} is not signed with SSH`, {
      hint: "git config gpg.format ssh; git commit --amend -S; the state before it stays",
    });
  }
  const settings = [...NO_OTHER_SIGNATURES, "-c", `gpg.ssh.allowedSignersFile=${path.resolve(allowedSigners)}`];
  // G: good, and by an allowed signer. U would be good by somebody unknown.
  const verdict = (await run([...settings, ...inside, "log", "-1", "--format=%G?", commit])).trim();
  if (verdict === "G") return;
  throw new LacreError("SIGNATURE_INVALID", `commit ${short} is signed by nobody who is allowed to`, {
    hint: 'list the signer in the file of --allowed-signers: NAME namespaces="git" ssh-ed25519 ...; the state before it stays',
  });
}

/** The URL without user and password. */
function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][\w+.-]*:\/\/)[^/@]*@/i, "$1");
}

/** True for a path of this machine: neither SCHEME://... nor HOST:PATH, as git tells them apart. */
function isPath(url: string): boolean {
  return !/^(?:[a-z][\w+.-]*:\/\/|[^/]+:)/i.test(url);
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: ENVIRONMENT, timeout: TIMEOUT_MS, maxBuffer: 1 << 28, encoding: "utf8" } as const;
    execFile("git", [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new LacreError("SOURCE_FAILED", `git ${args.find((arg) => /^[a-z]/.test(arg))}: ${classify(error, stderr)}`),
        );
    });
  });
}

function classify(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT") return "git is not installed";
  if (error.killed === true) return "it took too long";
  return KNOWN_FAILURES.find(([pattern]) => pattern.test(stderr))?.[1] ?? `it ended with status ${String(error.code)}`;
}

/** Reads blobs through one `git cat-file --batch`, which answers in the order of the questions. */
class BlobReader {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: { resolve: (content: Uint8Array) => void; reject: (error: LacreError) => void }[] = [];
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** No answer can be complete before this many bytes are there: a large blob is joined once, not once a chunk. */
  #neededBytes = 0;

  constructor(repository: string) {
    this.#child = spawn("git", ["-C", repository, "cat-file", "--batch"], {
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

/** A clone that holds one commit, in a directory of its own. */
class GitSource implements Source {
  readonly name: string;
  readonly #url: string;
  readonly #ref: string;
  readonly #repository: string;
  readonly #allowedSigners: string | undefined;
  #snapshot: Snapshot | undefined;
  #refused: { readonly commit: string; readonly message: string } | undefined;
  #reader: BlobReader | undefined;

  constructor(url: string, branch: string | undefined, repository: string, allowedSigners: string | undefined) {
    this.name = `git:${withoutCredentials(url)}#${branch ?? "HEAD"}`;
    // A plain path would be copied whole; as a URL it can be shallow, and does not depend on where git runs.
    this.#url = isPath(url) ? `file://${path.resolve(url)}` : url;
    this.#ref = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
    this.#repository = repository;
    this.#allowedSigners = allowedSigners;
  }

  async snapshot(): Promise<Snapshot> {
    const listed = await run(["ls-remote", "--", this.#url, this.#ref]);
    // ls-remote matches by the tail of a name: whoever may push any branch could have theirs listed first.
    const lines = listed.split("\n").map((line) => line.split("\t"));
    const commit = lines.find(([, ref]) => ref === this.#ref)?.[0] ?? "";
    if (!/^[0-9a-f]{40,64}$/.test(commit)) {
      throw new LacreError("SOURCE_FAILED", `${this.name}: there is no such branch`, {
        hint: "git:URL#BRANCH; is it pushed?",
      });
    }
    if (this.#snapshot?.revision === commit) return this.#snapshot;
    if (this.#refused?.commit === commit && this.#snapshot !== undefined) return this.#withProblem(this.#snapshot);
    try {
      this.#snapshot = await this.#fetch();
      this.#refused = undefined;
      return this.#snapshot;
    } catch (error) {
      if (!(error instanceof LacreError) || error.code !== "SIGNATURE_INVALID") throw error;
      // What was accepted before stays in force: whoever pushes an unsigned commit must not stop drift from being put right.
      this.#refused = { commit, message: error.message };
      if (this.#snapshot === undefined) throw error;
      return this.#withProblem(this.#snapshot);
    }
  }

  #withProblem(snapshot: Snapshot): Snapshot {
    const message = `${this.#refused?.message}; the commit before it stays in force`;
    return { ...snapshot, problem: { reason: "SignatureNotTrusted", message } };
  }

  close(): void {
    this.#reader?.close();
  }

  async #fetch(): Promise<Snapshot> {
    if (!fs.existsSync(path.join(this.#repository, "HEAD"))) {
      fs.mkdirSync(this.#repository, { recursive: true, mode: 0o700 });
      await run(["init", "--quiet", "--bare", this.#repository]);
    }
    const inside = ["-C", this.#repository];
    await run([
      ...inside,
      "fetch",
      "--quiet",
      "--depth=1",
      "--no-tags",
      "--force",
      "--",
      this.#url,
      `${this.#ref}:${FETCHED}`,
    ]);
    // What was fetched decides: the branch may have moved since it was listed.
    const revision = (await run([...inside, "rev-parse", "--verify", `${FETCHED}^{commit}`])).trim();
    if (this.#allowedSigners !== undefined) await checkSignature(this.#repository, revision, this.#allowedSigners);
    const tree = await run([...inside, "ls-tree", "-r", "-z", "--full-tree", revision]);
    this.#reader?.close();
    const reader = new BlobReader(this.#repository);
    this.#reader = reader;
    return { revision, files: tree.split("\0").flatMap((line) => toSourceFile(reader, line)) };
  }
}

/** Regular files only: a symbolic link could lead anywhere, a submodule is another repository. */
function toSourceFile(reader: BlobReader, line: string): readonly SourceFile[] {
  const match = /^100(?:644|755) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line);
  if (match === null) return [];
  const [, blob = "", file = ""] = match;
  return isManifestPath(file) ? [{ path: file, stamp: blob, read: () => reader.read(blob) }] : [];
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
