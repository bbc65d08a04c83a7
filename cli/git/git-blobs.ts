/** What Git holds: lists of blobs with their paths, and their bytes, each read once by one `git cat-file`. */
import { spawn } from "node:child_process";
import { LacreError } from "../../src/errors.ts";

/** A blob and where it stands. commit: the first one that brought it to this path, where a history was listed. */
export type Blob = { readonly oid: string; readonly path: string; readonly mode: string; readonly commit?: string };

const NULL_OID = /^0+$/;

/** The bytes that git writes, or GIT_FAILED. The command must not be told the user's own settings for listings. */
export function gitBytes(cwd: string, args: readonly string[], input?: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--literal-pathspecs", ...args], { cwd, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString("utf8");
    });
    child.on("error", (cause) => reject(gitError("git cannot be run", "install git, or check PATH", cause)));
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(out));
      else
        reject(
          gitError(
            `git ${args[0]}: ${complaint.trim().split("\n")[0] ?? ""}`,
            "check the name of the revision; a shallow clone lacks older ones: git fetch --unshallow",
          ),
        );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}

/** The files below a directory of a work tree that Git tracks or would, each name ended by a NUL. */
export function listWorkTree(directory: string): Promise<Buffer> {
  return gitBytes(directory, ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
}

function gitError(message: string, hint: string, cause?: unknown): LacreError {
  return new LacreError("GIT_FAILED", message, { hint, cause });
}

/** Fields between NULs. Bytes that are no UTF-8 are kept as replacement characters: the path is only shown. */
function fields(bytes: Buffer): readonly string[] {
  return bytes.toString("utf8").split("\0");
}

/** The blobs of the index that a commit would bring: whole blobs, never the work tree. */
export async function stagedBlobs(root: string, paths: readonly string[]): Promise<readonly Blob[]> {
  const head = await gitBytes(root, ["rev-parse", "--verify", "--quiet", "HEAD"]).then(
    () => "HEAD",
    // The empty tree, which every repository knows, whatever its hash.
    async () => (await gitBytes(root, ["hash-object", "-t", "tree", "--stdin"])).toString().trim(),
  );
  const raw = await gitBytes(root, [
    "diff-index",
    "--cached",
    "--raw",
    "-z",
    "--no-renames",
    "--full-index",
    head,
    "--",
    ...paths,
  ]);
  return parseRaw(fields(raw));
}

/** Pairs of `:mode mode oid oid status` and path. */
function parseRaw(parts: readonly string[], commit?: string): Blob[] {
  const blobs: Blob[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = "", , oid = ""] = (parts[at] as string).trim().split(" ");
    if (NULL_OID.test(oid)) continue;
    blobs.push({ oid, path: parts[at + 1] as string, mode, ...(commit === undefined ? {} : { commit }) });
  }
  return blobs;
}

/** Every blob that any of these revisions brought, also by a merge alone, once for each path, oldest commit first. */
export async function historyBlobs(root: string, revisions: readonly string[]): Promise<readonly Blob[]> {
  const format = "--format=%x00%x00%H%x00";
  const raw = await gitBytes(root, [
    "log",
    "--reverse",
    "--raw",
    "-z",
    "-m",
    "--root",
    "--no-renames",
    "--no-abbrev",
    "--no-show-signature",
    format,
    ...revisions.filter((one) => one === "--all"),
    "--end-of-options",
    ...revisions.filter((one) => one !== "--all"),
    "--",
  ]);
  const seen = new Map<string, Blob>();
  let commit = "";
  const parts = fields(raw);
  for (let at = 0; at < parts.length; at++) {
    const part = (parts[at] as string).trim();
    if (/^[0-9a-f]{40,64}$/.test(part)) commit = part;
    if (!part.startsWith(":")) continue;
    at++;
    for (const blob of parseRaw([part, parts[at] as string], commit)) {
      const key = `${blob.oid}\0${blob.path}`;
      if (!seen.has(key)) seen.set(key, blob);
    }
  }
  return [...seen.values()];
}

/** All blobs of the index or of a revision, for what one file says about another. */
export async function treeBlobs(root: string, revision: string | undefined): Promise<readonly Blob[]> {
  const args =
    revision === undefined
      ? ["ls-files", "-s", "-z"]
      : ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", revision];
  return fields(await gitBytes(root, args)).flatMap((line) => {
    const tab = line.indexOf("\t");
    if (tab === -1) return [];
    const [mode = "", second = "", third = ""] = line.slice(0, tab).split(" ");
    return [{ mode, oid: revision === undefined ? second : third, path: line.slice(tab + 1) }];
  });
}

/** An object as it was read. bytes is undefined for one that is over the limit or not there. */
type ReadObject = { readonly oid: string; readonly bytes: Buffer | undefined };

/** The bytes of each object in turn. Git waits while nobody takes them. */
export async function* readBlobs(
  root: string,
  oids: readonly string[],
  limitBytes: number,
): AsyncGenerator<ReadObject> {
  if (oids.length === 0) return;
  const child = spawn("git", ["cat-file", "--batch"], { cwd: root, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(`${oids.join("\n")}\n`);
  const reader = new BatchReader(limitBytes);
  let count = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (const object of reader.push(chunk)) {
      count++;
      yield object;
    }
  }
  if (!reader.isAtRest || count !== oids.length) {
    throw gitError("git cat-file ended before all objects were read", "check the repository: git fsck");
  }
}

/** The stream of `git cat-file --batch`: `oid type size`, a line feed, that many bytes, a line feed. */
class BatchReader {
  readonly #limitBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #object: { readonly oid: string; readonly isKept: boolean; readonly chunks: Buffer[]; left: number } | undefined;
  #done: ReadObject[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get isAtRest(): boolean {
    return this.#object === undefined && this.#head.length === 0;
  }

  /** The objects that this piece completes. */
  push(chunk: Buffer): readonly ReadObject[] {
    this.#done = [];
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0) {
      rest = this.#object === undefined ? this.#readHead(rest) : this.#readBody(rest);
    }
    return this.#done;
  }

  #readHead(chunk: Buffer): Buffer | undefined {
    const end = chunk.indexOf(10);
    if (end === -1) {
      this.#head = Buffer.concat([this.#head, chunk]);
      return undefined;
    }
    const line = Buffer.concat([this.#head, chunk.subarray(0, end)]).toString("utf8");
    this.#head = Buffer.alloc(0);
    const [oid = "", type = "", size = ""] = line.split(" ");
    if (size === "") {
      this.#done.push({ oid, bytes: undefined });
    } else {
      const bytes = Number(size);
      // The line feed behind the body counts as a part of it.
      this.#object = { oid, isKept: type === "blob" && bytes <= this.#limitBytes, chunks: [], left: bytes + 1 };
    }
    return chunk.subarray(end + 1);
  }

  #readBody(chunk: Buffer): Buffer | undefined {
    const object = this.#object;
    if (object === undefined) return chunk;
    const taken = Math.min(object.left, chunk.length);
    if (object.isKept) object.chunks.push(chunk.subarray(0, taken));
    object.left -= taken;
    if (object.left > 0) return undefined;
    const bytes = object.isKept ? Buffer.concat(object.chunks) : undefined;
    this.#object = undefined;
    this.#done.push({ oid: object.oid, bytes: bytes?.subarray(0, bytes.length - 1) });
    return chunk.subarray(taken);
  }
}
