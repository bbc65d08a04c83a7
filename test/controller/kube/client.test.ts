/** Requests to the API server: what is sent, what an answer becomes, and what is tried again. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Access } from "../../../controller/kube/access.ts";
import { ApiError } from "../../../controller/kube/api-error.ts";
import { KubeClient, MERGE_PATCH, toApiError } from "../../../controller/kube/client.ts";
import { Fenced } from "../../../controller/kube/fence.ts";
import { LacreError } from "../../../src/errors.ts";

type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};
type Answer = { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that gives its answers one after another, the last one for ever. */
async function clientOf(...answers: readonly Answer[]) {
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    const answer = answers[Math.min(asked.length, answers.length - 1)] as Answer;
    asked.push({ method, url, headers, body });
    response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let refused = 0;
  const access = {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dispatcher: undefined,
    headers: async () => ({ authorization: `Bearer ${refused}` }),
    refused: () => {
      refused++;
    },
  } as unknown as Access;
  const seen: (readonly [string, number])[] = [];
  const client = new KubeClient(access, "the agent", 5_000, (method, status) => seen.push([method, status]));
  return { client, asked, seen };
}

const GET = { method: "GET", path: "/api/v1/secrets" } as const;

describe("a request", () => {
  it("has its query, its body as JSON, and who asks", async () => {
    const { client, asked } = await clientOf({ status: 200, body: '{"a": 1}' });
    const patch = { method: "PATCH", path: "/x", query: { force: "true", f: "a b" }, body: { b: 2 } } as const;
    expect(await client.json({ ...patch, contentType: MERGE_PATCH, metadataOnly: "object" })).toEqual({ a: 1 });
    expect(asked[0]).toMatchObject({ method: "PATCH", url: "/x?force=true&f=a+b", body: '{"b":2}' });
    expect(asked[0]?.headers).toMatchObject({
      "content-type": MERGE_PATCH,
      "user-agent": "the agent",
      accept: expect.stringContaining("PartialObjectMetadata;"),
    });
  });

  it("for what is not there is nothing unusual to one who looks, and an error to one who needs it", async () => {
    const { client } = await clientOf({ status: 404, body: "{}" });
    expect(await client.find(GET)).toBeUndefined();
    await expect(client.json(GET)).rejects.toMatchObject({ kind: "not-found", status: 404 });
    await expect(client.stream(GET, 1_000)).rejects.toMatchObject({ kind: "not-found" });
  });

  it("that is refused for its credentials is sent once more with those that are there now", async () => {
    const once = await clientOf({ status: 401 }, { status: 200, body: "{}" });
    await once.client.json(GET);
    expect(once.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer 0", "Bearer 1"]);
    const always = await clientOf({ status: 401 });
    await expect(always.client.json(GET)).rejects.toMatchObject({ kind: "unauthorized" });
    expect(always.asked).toHaveLength(2);
  });

  it("that is throttled is tried again, five times at most", async () => {
    const busy = { status: 429, headers: { "retry-after": "0.001" } };
    const patient = await clientOf(busy, busy, { status: 200, body: "{}" });
    await patient.client.json(GET);
    expect(patient.seen).toEqual([
      ["GET", 429],
      ["GET", 429],
      ["GET", 200],
    ]);
    const given = await clientOf(busy);
    await expect(given.client.json(GET)).rejects.toMatchObject({ kind: "throttled" });
    expect(given.asked).toHaveLength(5);
  });

  it("that fails otherwise is not sent again", async () => {
    const { client, asked } = await clientOf({ status: 409, body: '{"reason":"Conflict"}' });
    await expect(client.json({ ...GET, method: "POST" })).rejects.toMatchObject({
      kind: "conflict",
      word: "Conflict",
    });
    expect(asked).toHaveLength(1);
  });

  it("whose answer is broken is as if there were none", async () => {
    const { client } = await clientOf({ status: 200, body: "{hunter2" });
    await expect(client.json(GET)).rejects.toMatchObject({ kind: "unreachable", message: "unreachable (0)" });
  });

  it("of a fenced client that changes something is not sent once it may not write; what only reads is", async () => {
    const { client, asked } = await clientOf({ status: 200, body: "{}" });
    let mayWrite = true;
    const fencedClient = client.fenced(() => mayWrite);
    await fencedClient.json({ ...GET, method: "POST" });
    mayWrite = false;
    await expect(fencedClient.json({ ...GET, method: "DELETE" })).rejects.toThrow(Fenced);
    await fencedClient.json(GET);
    await client.json({ ...GET, method: "PUT" });
    expect(asked.map(({ method }) => method)).toEqual(["POST", "GET", "PUT"]);
  });
});

describe("an error of the outside", () => {
  it("is told by its kind, and nothing that it says is passed on", () => {
    const network = Object.assign(new Error("connect 10.0.0.1"), { code: "ECONNREFUSED" });
    expect(toApiError(network)).toMatchObject({ kind: "unreachable", message: "unreachable (0)" });
    expect(toApiError(Object.assign(new Error("x"), { code: "UND_ERR_BODY_TIMEOUT" })).kind).toBe("idle");
    expect(toApiError(new DOMException("x", "AbortError")).kind).toBe("unreachable");
    const ours = new ApiError("gone", 410);
    expect(toApiError(ours)).toBe(ours);
  });

  it("is none of ours: a fence, an error with a code of lacre, a mistake in the program", () => {
    for (const error of [
      new Fenced(),
      new LacreError("USAGE", "x", { hint: "y" }),
      new TypeError("x"),
      "a text",
      undefined,
    ]) {
      let thrown: unknown;
      try {
        toApiError(error);
      } catch (one) {
        thrown = one;
      }
      expect(thrown).toBe(error);
    }
  });
});
