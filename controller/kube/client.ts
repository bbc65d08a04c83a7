/** Requests to the API server: JSON in, JSON out, over connections that stay open. */
import { type Dispatcher, getGlobalDispatcher, request } from "undici";
import type { Access } from "./access.ts";
import { ApiError, apiErrorOf } from "./api-error.ts";
import { Fenced, fenced } from "./fence.ts";

/** What can be asked for. */
export type KubeRequest = {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Ask for metadata only, of one object or of a list. */
  readonly metadataOnly?: "object" | "list" | undefined;
  readonly signal?: AbortSignal;
};

/** The media types of the two kinds of patch that are used. */
export const APPLY_PATCH = "application/apply-patch+yaml";
export const MERGE_PATCH = "application/merge-patch+json";

const ACCEPT = {
  object: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  list: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  all: "application/json",
};
// A throttled request is tried again here, so that callers see an error only when the server stays busy.
const THROTTLED_TRIES = 5;
const DEFAULT_THROTTLE_MS = 1_000;

/** Told about every answer: method, status (0: none) and seconds. */
export type Observer = (method: string, status: number, seconds: number) => void;

function toQuery(query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? "" : `?${text}`;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** One API server. */
export class KubeClient {
  readonly #access: Access;
  readonly #timeoutMs: number;
  readonly #agent: string;
  readonly #observe: Observer;
  #mayWrite: (() => boolean) | undefined;
  #fenced: { readonly of: Dispatcher | undefined; readonly dispatcher: Dispatcher } | undefined;

  /** agent: who asks, as the audit log shows it. */
  constructor(access: Access, agent: string, timeoutMs: number, observe: Observer = () => undefined) {
    this.#access = access;
    this.#agent = agent;
    this.#timeoutMs = timeoutMs;
    this.#observe = observe;
  }

  /** The same server, where whatever changes something is sent only while `mayWrite` says so, and throws Fenced otherwise. */
  fenced(mayWrite: () => boolean): KubeClient {
    const client = new KubeClient(this.#access, this.#agent, this.#timeoutMs, this.#observe);
    client.#mayWrite = mayWrite;
    return client;
  }

  /** The answer's JSON. Throws ApiError. Waits as a busy server asks to. */
  async json<T>(asked: KubeRequest): Promise<T> {
    const found = await this.find<T>(asked);
    if (found === undefined) throw new ApiError("not-found", 404);
    return found;
  }

  /** The same, and undefined for what is not there: nothing unusual, so not an error. */
  async find<T>(asked: KubeRequest): Promise<T | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#send(asked, this.#timeoutMs);
        if (answer.statusCode !== 404) return (await answer.body.json()) as T;
        await answer.body.dump();
        return undefined;
      } catch (error) {
        const failure = toApiError(error);
        if (failure.kind !== "throttled" || attempt === THROTTLED_TRIES) throw failure;
        const waitMs = (failure.retryAfterMs ?? DEFAULT_THROTTLE_MS) * (1 + Math.random() / 4);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  /** The answer as a stream. `idleMs` without a byte ends it. Throws ApiError. */
  async stream(asked: KubeRequest, idleMs: number): Promise<AsyncIterable<Uint8Array>> {
    try {
      const answer = await this.#send(asked, idleMs);
      if (answer.statusCode === 404) throw new ApiError("not-found", 404);
      return answer.body;
    } catch (error) {
      throw toApiError(error);
    }
  }

  async #send(asked: KubeRequest, bodyTimeoutMs: number): Promise<Dispatcher.ResponseData> {
    const answer = await this.#try(asked, bodyTimeoutMs);
    if (answer.statusCode !== 401) return this.#check(answer);
    await answer.body.dump();
    this.#access.refused();
    return this.#check(await this.#try(asked, bodyTimeoutMs));
  }

  async #try(asked: KubeRequest, bodyTimeout: number): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = {
      ...(await this.#access.headers()),
      accept: ACCEPT[asked.metadataOnly ?? "all"],
      "user-agent": this.#agent,
    };
    if (asked.body !== undefined) headers["content-type"] = asked.contentType ?? "application/json";
    const dispatcher = this.#dispatcherFor(asked.method);
    const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
    const started = performance.now();
    let status = 0;
    try {
      const answer = await request(`${this.#access.server}${asked.path}${toQuery(asked.query)}`, {
        method: asked.method,
        headers,
        bodyTimeout,
        headersTimeout: this.#timeoutMs,
        ...(dispatcher && { dispatcher }),
        ...(body !== undefined && { body }),
        ...(asked.signal && { signal: asked.signal }),
      });
      status = answer.statusCode;
      return answer;
    } finally {
      this.#observe(asked.method, status, (performance.now() - started) / 1000);
    }
  }

  /** What changes something is fenced: asked once more as it is written to the socket. */
  #dispatcherFor(method: KubeRequest["method"]): Dispatcher | undefined {
    const { dispatcher } = this.#access;
    if (method === "GET" || this.#mayWrite === undefined) return dispatcher;
    if (this.#fenced?.of !== dispatcher || this.#fenced === undefined) {
      this.#fenced = { of: dispatcher, dispatcher: fenced(dispatcher ?? getGlobalDispatcher(), this.#mayWrite) };
    }
    return this.#fenced.dispatcher;
  }

  async #check(answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
    if (answer.statusCode < 300 || answer.statusCode === 404) return answer;
    throw apiErrorOf(answer.statusCode, await answer.body.text(), headerText(answer.headers["retry-after"]));
  }
}

/** True for what the network, a broken answer or an abort throws. */
function isOutside(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "code" in error || error.name === "AbortError" || error instanceof SyntaxError;
}

/**
 * An error of the outside as one of ours. What the network says may hold addresses, and is dropped. Anything else is a
 * mistake in the program, and is thrown on.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof Fenced) throw error;
  if (!isOutside(error) || (error as Error).name === "LacreError") throw error;
  return new ApiError((error as { code?: unknown }).code === "UND_ERR_BODY_TIMEOUT" ? "idle" : "unreachable", 0);
}
