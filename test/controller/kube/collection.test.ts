/** A list and a watch, again and again: what is told of a collection, whatever the server does. */
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../controller/kube/api-error.ts";
import type { KubeClient, KubeRequest } from "../../../controller/kube/client.ts";
import { Collection, type CollectionOptions } from "../../../controller/kube/collection.ts";
import type { KubeObject } from "../../../controller/kube/object.ts";

const object = (name: string, resourceVersion = "1"): KubeObject => ({
  metadata: { namespace: "shop", name, resourceVersion },
});
const page = (names: readonly string[], next?: string) => ({
  metadata: { resourceVersion: "10", ...(next && { continue: next }) },
  items: names.map((name) => object(name)),
});
const event = (type: string, one: object) => `${JSON.stringify({ type, object: one })}\n`;

type Watch = readonly string[] | ApiError;

/** Follows a server that has these lists and these watches, one after another; ends when there is none left. */
async function follow(
  lists: readonly (readonly object[] | ApiError)[],
  watches: readonly Watch[],
  options: Partial<CollectionOptions<KubeObject>> = {},
) {
  const told: string[] = [];
  const asked: KubeRequest[] = [];
  const stop = new AbortController();
  const pages = lists.flatMap((list) => (list instanceof ApiError ? [list] : list));
  const streams = [...watches];
  const client = {
    json: async (request: KubeRequest) => {
      asked.push(request);
      const next = pages.shift();
      if (next === undefined) stop.abort();
      if (next === undefined || next instanceof ApiError) throw next ?? new ApiError("server", 0);
      return next;
    },
    stream: async (request: KubeRequest) => {
      asked.push(request);
      const next = streams.shift();
      if (next === undefined) stop.abort();
      if (next === undefined || next instanceof ApiError) throw next ?? new ApiError("server", 0);
      return (async function* () {
        for (const chunk of next) yield Buffer.from(chunk);
      })();
    },
  } as unknown as KubeClient;
  const collection = new Collection<KubeObject>({
    client,
    path: "/api/v1/secrets",
    idleMs: 1_000,
    upsert: ({ metadata: { name, resourceVersion } }) => told.push(`${name}@${resourceVersion}`),
    remove: (key) => told.push(`-${key}`),
    listed: () => told.push("listed"),
    problem: (error) => told.push(error === undefined ? "well" : `problem ${error.kind}`),
    ...options,
  });
  await collection.run(stop.signal);
  return { told, asked, collection };
}

describe("a collection", () => {
  it("is listed page by page, and then watched from there", async () => {
    const { told, asked, collection } = await follow(
      [[page(["a"], "more"), page(["b"])]],
      [[event("MODIFIED", object("a", "11")), event("DELETED", object("b", "12")), event("ADDED", object("c", "13"))]],
    );
    expect(told).toEqual(["a@1", "b@1", "listed", "a@11", "-shop/b", "c@13"]);
    expect(asked.map(({ query }) => [query?.["continue"], query?.["watch"], query?.["resourceVersion"]])).toEqual([
      [undefined, undefined, undefined],
      ["more", undefined, undefined],
      [undefined, "1", "10"],
      [undefined, "1", "13"],
    ]);
    expect(collection.isSynced).toBe(true);
  });

  it("goes on from a bookmark, of which nobody is told", async () => {
    const { told, asked } = await follow([[page([])]], [[event("BOOKMARK", object("", "50"))]]);
    expect([told, asked.at(-1)?.query?.["resourceVersion"]]).toEqual([["listed"], "50"]);
  });

  it("is listed again where the history is gone, and what went meanwhile is told to be gone", async () => {
    const gone = event("ERROR", { code: 410, metadata: {} });
    const { told } = await follow([[page(["a", "b"])], [page(["b"])]], [[gone]]);
    expect(told).toEqual(["a@1", "b@1", "listed", "b@1", "-shop/a", "well", "listed"]);
  });

  it("takes an answer in pieces, wherever it is cut", async () => {
    const text = event("ADDED", object("ä", "11")) + event("ADDED", object("b", "12"));
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut += 7) {
      const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)] as unknown as readonly string[];
      const { told } = await follow([[page([])]], [pieces]);
      expect(told).toEqual(["listed", "ä@11", "b@12"]);
    }
  });

  it("tells a problem when it begins, and once when it is over", async () => {
    const { told } = await follow([new ApiError("forbidden", 403), [page(["a"])]], [["not json\n"], []]);
    expect(told).toEqual(["problem forbidden", "a@1", "well", "listed", "problem unreachable", "well"]);
  });

  it("is not told to have a problem where only nothing happened", async () => {
    const { told } = await follow([[page([])]], [new ApiError("idle", 0), []]);
    expect(told).toEqual(["listed"]);
  });

  it("goes on with the others where one object surprises its listener", async () => {
    const surprised: string[] = [];
    const seen: string[] = [];
    await follow(
      [[page(["a", "bad", "c"])]],
      [[event("ADDED", object("bad", "11")), event("ADDED", object("d", "12"))]],
      {
        upsert: ({ metadata: { name } }) => {
          if (name === "bad") throw new TypeError("a mistake");
          seen.push(name);
        },
        surprised: (key) => surprised.push(key),
      },
    );
    expect([seen, surprised]).toEqual([
      ["a", "c", "d"],
      ["shop/bad", "shop/bad"],
    ]);
  });

  it("asks for what it was made for, in both", async () => {
    const { asked } = await follow([[page([])]], [[]], {
      labelSelector: "a=b",
      fieldSelector: "c=d",
      metadataOnly: true,
    });
    expect(
      asked
        .slice(0, 2)
        .map(({ query, metadataOnly }) => [query?.["labelSelector"], query?.["fieldSelector"], metadataOnly]),
    ).toEqual([
      ["a=b", "c=d", "list"],
      ["a=b", "c=d", "object"],
    ]);
  });
});
