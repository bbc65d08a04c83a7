/** The API server's SealedSecrets: what of each is known, held, and read again. */
import { describe, expect, it } from "vitest";
import type { SealedSecretObject } from "../../../controller/kube/object.ts";
import { ObjectSource } from "../../../controller/sources/objects.ts";
import { allowedMetadata } from "../../../controller/targets/kubernetes/metadata.ts";

type Changes = { readonly spec?: unknown; readonly metadata?: object; readonly status?: object };
const object = (
  resourceVersion: string,
  { spec = { entries: { A: { sealed: "lacre1.a" } } }, metadata, status }: Changes = {},
) =>
  ({
    metadata: { name: "db", namespace: "shop", uid: "u1", resourceVersion, generation: 1, ...metadata },
    spec,
    status,
  }) as SealedSecretObject;

/** A source, and how often it asked the API server. */
function source(answer?: SealedSecretObject) {
  const asked: string[] = [];
  const one = new ObjectSource({
    permit: (shape) => allowedMetadata(shape, []),
    get: async (key) => {
      asked.push(key);
      return answer;
    },
  });
  return { one, asked };
}

describe("an object that a watch shows", () => {
  it("is taken in once: an echo of it is nothing new", () => {
    const { one } = source();
    expect(one.saw(object("1"))).toMatchObject({ uid: "u1", generation: 1, isDeleting: false });
    expect(one.saw(object("1"))).toBeUndefined();
    expect(one.saw(object("2"))).toBeDefined();
  });

  it("says what it asks for, without what may not reach the Secret", () => {
    const labels = { app: "x", "argocd.argoproj.io/instance": "y" };
    const spec = { entries: { A: { sealed: "lacre1.a" } }, secret: { labels } };
    const tracked = source().one.saw(object("1", { spec }));
    expect(tracked?.spec).toMatchObject({
      kind: "desired",
      dropped: ["argocd.argoproj.io/instance"],
      wanted: { uid: "u1", keys: new Set(["A"]), shape: { labels: new Map([["app", "x"]]) } },
    });
  });

  it("that is wrong says what is wrong, and is not asked for", async () => {
    const { one, asked } = source();
    const wrong = { kind: "invalid", objection: { reason: "InvalidSpec", message: "spec.entries is missing" } };
    expect(one.saw(object("1", { spec: {} }))?.spec).toEqual(wrong);
    expect(await one.read("shop/db")).toEqual(wrong);
    expect(asked).toEqual([]);
  });

  it.each([
    ["ours", { "lacre.dev/requested-at": "1" }, "1"],
    ["Flux's", { "reconcile.fluxcd.io/requestedAt": "2" }, "2"],
    ["both: ours counts", { "reconcile.fluxcd.io/requestedAt": "2", "lacre.dev/requested-at": "1" }, "1"],
    ["another", { "example.org/requestedAt": "1" }, undefined],
  ])("asks for a look by an annotation: %s", (_whose, annotations, request) => {
    expect(source().one.saw(object("1", { metadata: { annotations } }))?.request).toBe(request);
  });

  it("is going where it says so", () => {
    const metadata = { deletionTimestamp: "2026-11-25T00:00:00Z" };
    expect(source().one.saw(object("1", { metadata }))?.isDeleting).toBe(true);
  });
});

describe("the tokens of an object", () => {
  const text = (reading: Awaited<ReturnType<ObjectSource["read"]>>) =>
    reading.kind === "desired" ? reading.sealed.entries.get("A")?.[0].text : reading.kind;

  it("are held until they were applied, and then asked for again", async () => {
    const { one, asked } = source(object("2", { spec: { entries: { A: { sealed: "lacre1.b" } } } }));
    one.saw(object("1"));
    expect([text(await one.read("shop/db")), asked]).toEqual(["lacre1.a", []]);
    one.letGo("shop/db");
    expect([text(await one.read("shop/db")), asked]).toEqual(["lacre1.b", ["shop/db"]]);
    expect([text(await one.read("shop/db")), asked.length]).toEqual(["lacre1.b", 1]);
    expect(one.tracked.get("shop/db")?.resourceVersion).toBe("2");
  });

  it.each([
    [16_384, 0],
    [16_385, 1],
  ])("of %d characters together are asked for %d times", async (length, times) => {
    const long = object("1", { spec: { entries: { A: { sealed: "x".repeat(length - 1) }, B: { sealed: "x" } } } });
    const { one, asked } = source(long);
    one.saw(long);
    expect(text(await one.read("shop/db"))).toHaveLength(length - 1);
    expect(asked).toHaveLength(times);
  });

  it("are gone where nobody has seen the object, or the API server no longer has it", async () => {
    const { one } = source();
    expect(text(await one.read("shop/db"))).toBe("gone");
    one.saw(object("1"));
    one.letGo("shop/db");
    expect(text(await one.read("shop/db"))).toBe("gone");
    one.remove("shop/db");
    expect([one.tracked.size, text(await one.read("shop/db"))]).toEqual([0, "gone"]);
  });

  it("are not those of a spec that has become wrong meanwhile", async () => {
    const { one } = source(object("2", { spec: null }));
    one.saw(object("1"));
    one.letGo("shop/db");
    expect(text(await one.read("shop/db"))).toBe("invalid");
  });
});

describe("a status that was written", () => {
  const told = { status: { observedGeneration: 1 }, resourceVersion: "2" };

  it("is known at once, so that the watch's echo is nothing new", () => {
    const { one } = source();
    const about = one.saw(object("1"));
    if (about === undefined) throw new Error("not new");
    one.told("shop/db", about, told);
    expect(one.tracked.get("shop/db")).toMatchObject(told);
    expect(one.saw(object("2"))).toBeUndefined();
  });

  it("does not hide what the watch brought meanwhile", () => {
    const { one } = source();
    const about = one.saw(object("1"));
    if (about === undefined) throw new Error("not new");
    one.saw(object("3", { metadata: { generation: 2 } }));
    one.told("shop/db", about, told);
    expect(one.tracked.get("shop/db")).toMatchObject({ generation: 2, resourceVersion: "3", status: told.status });
  });

  it("of an object that was made anew under its name is not the new one's", () => {
    const { one } = source();
    const about = one.saw(object("1"));
    if (about === undefined) throw new Error("not new");
    one.saw(object("3", { metadata: { uid: "u2" } }));
    one.told("shop/db", about, told);
    expect(one.tracked.get("shop/db")?.status).toBeUndefined();
  });
});
