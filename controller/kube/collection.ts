/** One list followed by a watch, again and again: what a collection of objects holds, and every change of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import { type KubeClient, toApiError } from "./client.ts";
import { type KubeObject, keyOf } from "./object.ts";

/** What is followed, and who is told. */
export type CollectionOptions<T extends KubeObject> = {
  readonly client: KubeClient;
  /** Such as /api/v1/secrets */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
  /** Without a byte for this long, bookmarks included, the connection is taken for dead. */
  readonly idleMs: number;
  readonly upsert: (object: T) => void;
  readonly remove: (key: string) => void;
  /** After each full list. */
  readonly listed?: () => void;
  /** Called when the state of the connection changes; undefined: all is well. */
  readonly problem?: (error: ApiError | undefined) => void;
  /** Told what a listener threw: an object that surprises it is passed over, and the others go on. */
  readonly surprised?: (key: string, error: unknown) => void;
};

type ListAnswer<T> = {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[] | null;
};

type WatchEvent<T> = {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T & { readonly code?: number };
};

// Pages are held whole, as text and as objects, and an object may have 1.5 MB: many small answers, and never one large one.
const PAGE = "20";
/** Names, labels and annotations only, 256 KiB of an object at most. */
const METADATA_PAGE = "100";
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** As client-go: a watch ends by itself after five to ten minutes, so that API servers share the load. */
const WATCH_SECONDS = 300;

/** A followed collection. `run` ends when the signal says so. */
export class Collection<T extends KubeObject> {
  readonly #options: CollectionOptions<T>;
  #known = new Set<string>();
  #resourceVersion: string | undefined;
  #failures = 0;
  #watching = new AbortController();
  isSynced = false;

  constructor(options: CollectionOptions<T>) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#watching = new AbortController();
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#watching.signal.aborted) continue;
        await this.#recover(toOutside(error), signal);
      }
    }
  }

  /** Ends the watch, and lists everything again at once. */
  relist(): void {
    this.#resourceVersion = undefined;
    this.#watching.abort();
  }

  async #recover(error: ApiError, signal: AbortSignal): Promise<void> {
    // The history that the watch needs is gone: list again, soon, but not with every other client at once.
    if (error.kind === "gone") this.#resourceVersion = undefined;
    // A watch on which nothing happens looks like one whose other end is gone. Only asking again tells.
    else if (error.kind === "idle") return;
    else this.#options.problem?.(error);
    const growth = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures++;
    const pauseMs = Math.max(error.retryAfterMs ?? 0, growth * (0.5 + Math.random() / 2));
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#options.problem?.(undefined);
    this.#failures = 0;
  }

  #query(more: Readonly<Record<string, string>>): Record<string, string> {
    const { labelSelector, fieldSelector } = this.#options;
    return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }), ...more };
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, path } = this.#options;
    const metadataOnly = this.#options.metadataOnly ? "list" : undefined;
    const seen = new Set<string>();
    let next = "";
    let resourceVersion = "";
    do {
      const limit = metadataOnly === undefined ? PAGE : METADATA_PAGE;
      const query = this.#query({ limit, ...(next !== "" && { continue: next }) });
      const page = await client.json<ListAnswer<T>>({ method: "GET", path, query, metadataOnly, signal });
      for (const object of page.items ?? []) {
        seen.add(keyOf(object));
        this.#deliver(object);
      }
      next = page.metadata.continue ?? "";
      resourceVersion = page.metadata.resourceVersion;
    } while (next !== "");
    for (const key of this.#known) if (!seen.has(key)) this.#options.remove(key);
    this.#known = seen;
    this.#resourceVersion = resourceVersion;
    this.isSynced = true;
    this.#succeeded();
    this.#options.listed?.();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, path, idleMs } = this.#options;
    const metadataOnly = this.#options.metadataOnly ? "object" : undefined;
    const query = this.#query({
      watch: "1",
      allowWatchBookmarks: "true",
      resourceVersion: this.#resourceVersion ?? "",
      timeoutSeconds: String(WATCH_SECONDS + Math.floor(Math.random() * WATCH_SECONDS)),
    });
    const either = AbortSignal.any([signal, this.#watching.signal]);
    const stream = await client.stream({ method: "GET", path, query, metadataOnly, signal: either }, idleMs);
    this.#succeeded();
    for await (const line of lines(stream)) {
      this.#handle(JSON.parse(line) as WatchEvent<T>);
      if (this.#resourceVersion === undefined) return;
    }
  }

  #handle({ type, object }: WatchEvent<T>): void {
    if (type === "ERROR") {
      throw new ApiError(object.code === 410 ? "gone" : "server", object.code ?? 0);
    }
    if (this.#resourceVersion !== undefined) this.#resourceVersion = object.metadata.resourceVersion ?? "";
    if (type === "BOOKMARK") return;
    const key = keyOf(object);
    if (type === "DELETED") {
      this.#known.delete(key);
      this.#options.remove(key);
      return;
    }
    this.#known.add(key);
    this.#deliver(object);
  }

  #deliver(object: T): void {
    try {
      this.#options.upsert(object);
    } catch (error) {
      this.#options.surprised?.(keyOf(object), error);
    }
  }
}

/** A mistake of our own must not end the loop either: it is counted as the server's. */
function toOutside(error: unknown): ApiError {
  try {
    return toApiError(error);
  } catch {
    return new ApiError("server", 0);
  }
}

/** The lines of a stream, each whole. */
async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  for await (const bytes of stream) {
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10)) {
      const last = chunk.subarray(0, end);
      yield pending.length === 0 ? last.toString("utf8") : Buffer.concat([...pending, last]).toString("utf8");
      pending = [];
      chunk = chunk.subarray(end + 1);
    }
    if (chunk.length > 0) pending.push(chunk);
  }
}
