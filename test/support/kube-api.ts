/** Requests of a test to the API server, as whoever the token belongs to. */
import * as fs from "node:fs";
import { Agent, request } from "undici";

/** An answer, whatever its status. */
export type Answer<T> = { readonly status: number; readonly body: T };

/** Any object of Kubernetes, as far as a test looks at it. */
export type Thing = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
    readonly managedFields?: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
      readonly lastTransitionTime: string;
      readonly observedGeneration?: number;
    }[];
    readonly entries?: { readonly total: number; readonly opened: number };
    readonly keyIds?: readonly string[];
    readonly lastSyncedAt?: string;
    readonly lastHandledRequest?: string;
    readonly sealedAt?: Record<string, { readonly time: number; readonly token: string }>;
    readonly secret?: { readonly uid: string };
  };
  readonly items?: readonly Thing[];
  readonly reason?: string;
  readonly message?: string;
};

/** One user of one API server. */
export class TestApi {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(server: string, caFile: string, token: string) {
    this.#server = server;
    this.#token = token;
    this.#agent = new Agent({ connect: { ca: fs.readFileSync(caFile) }, connections: 32 });
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<Answer<Thing>> {
    const answer = await request(`${this.#server}${path}`, {
      method: method as "GET",
      dispatcher: this.#agent,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": contentType },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: (text.startsWith("{") ? JSON.parse(text) : { message: text }) as Thing };
  }

  async get(path: string): Promise<Thing | undefined> {
    const { status, body } = await this.request("GET", path);
    return status === 200 ? body : undefined;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}
