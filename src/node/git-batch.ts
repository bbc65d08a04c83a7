/** The stream of `git cat-file --batch`: `oid type size`, a line feed, that many bytes, a line feed. */

/** An object as it was read. bytes is undefined for one that is no blob, over the limit, or not there. */
export type GitObject = { readonly oid: string; readonly bytes: Buffer | undefined };

type Body = { readonly oid: string; readonly isKept: boolean; readonly chunks: Buffer[]; left: number };

/** Takes the stream apart, piece by piece. Of an object over the limit nothing is held. */
export class BatchParser {
  readonly #limitBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #body: Body | undefined;
  #done: GitObject[] = [];

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** True between two objects: a stream may end here, and nowhere else. */
  get isAtRest(): boolean {
    return this.#body === undefined && this.#head.length === 0;
  }

  /** The objects that this piece completes. */
  push(chunk: Buffer): readonly GitObject[] {
    this.#done = [];
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0) {
      rest = this.#body === undefined ? this.#readHead(rest) : this.#readBody(this.#body, rest);
    }
    return this.#done;
  }

  #readHead(chunk: Buffer): Buffer | undefined {
    const end = chunk.indexOf(10);
    const head = Buffer.concat([this.#head, end === -1 ? chunk : chunk.subarray(0, end)]);
    if (end === -1) {
      this.#head = head;
      return undefined;
    }
    this.#head = Buffer.alloc(0);
    const [oid = "", type = "", size = ""] = head.toString("latin1").split(" ");
    // `OID missing`: nothing follows.
    if (!/^\d+$/.test(size)) {
      this.#done.push({ oid, bytes: undefined });
    } else {
      const isKept = type === "blob" && Number(size) <= this.#limitBytes;
      // The line feed behind the body counts as a part of it.
      this.#body = { oid, isKept, chunks: [], left: Number(size) + 1 };
    }
    return chunk.subarray(end + 1);
  }

  #readBody(body: Body, chunk: Buffer): Buffer | undefined {
    const taken = Math.min(body.left, chunk.length);
    if (body.isKept) body.chunks.push(chunk.subarray(0, taken));
    body.left -= taken;
    if (body.left > 0) return undefined;
    // Joined once: the pieces of a large object are not copied again for each.
    const bytes = body.isKept ? Buffer.concat(body.chunks) : undefined;
    this.#body = undefined;
    this.#done.push({ oid: body.oid, bytes: bytes?.subarray(0, bytes.length - 1) });
    return chunk.subarray(taken);
  }
}
