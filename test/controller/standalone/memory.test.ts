/** What is put down before and after each thing that a pass does: a kill in between loses nothing that is ours. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Listed, SourceIndex } from "../../../controller/sources/file-source.ts";
import { readInventory } from "../../../controller/standalone/inventory.ts";
import { Memory } from "../../../controller/standalone/memory.ts";
import { DEFAULT_POLICY } from "../../../src/model/sealed-secret.ts";

let file: string;
let memory: Memory;
beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-memory-")), "inventory.json");
  memory = new Memory(file, "directory:src");
});

const listed = (object: string, of = "a.yaml"): Listed => ({ object, file: of, digest: "d", policy: DEFAULT_POLICY });
const index = (more: Partial<SourceIndex> = {}): SourceIndex => ({
  revision: "1",
  objects: new Map(),
  disputed: new Set(),
  unreadable: new Map(),
  problems: [],
  files: new Map(),
  ...more,
});
const found = (...objects: readonly string[]) => index({ objects: new Map(objects.map((one) => [one, listed(one)])) });
const recordOf = (object: string) => memory.inventory.objects.get(object);

describe("the memory of a controller", () => {
  it("has nothing to save until something is put down, and then until it is saved", () => {
    expect(memory.isChanged).toBe(false);
    memory.remember(listed("shop/db"), "stamp", undefined);
    expect(memory.isChanged).toBe(true);
    memory.save();
    expect(memory.isChanged).toBe(false);
    expect(readInventory(file, "directory:src").objects.get("shop/db")?.fingerprint).toBe("stamp");
  });

  it("keeps how an object was taken over, and says nothing where it was not", () => {
    memory.remember(listed("shop/a"), "s", "Merge");
    memory.remember(listed("shop/b"), "s", undefined);
    expect(recordOf("shop/a")).toEqual({
      file: "a.yaml",
      digest: "d",
      policy: DEFAULT_POLICY,
      fingerprint: "s",
      adopted: "Merge",
    });
    expect(recordOf("shop/b")).not.toHaveProperty("adopted");
  });

  it("claims what is not there yet, and touches nothing that is known", () => {
    memory.remember(listed("shop/db"), "stamp", "Merge");
    memory.save();
    expect(memory.claim([listed("shop/db")])).toBe(false);
    expect([memory.isChanged, recordOf("shop/db")?.fingerprint]).toEqual([false, "stamp"]);
    expect(memory.claim([listed("shop/db"), listed("shop/new")])).toBe(true);
    expect(recordOf("shop/new")).toMatchObject({ digest: "", fingerprint: "" });
    expect(memory.isChanged).toBe(true);
  });

  it("claims what it takes over with how: nothing of it counts as written yet", () => {
    memory.remember(listed("shop/db"), "stamp", undefined);
    memory.save();
    memory.claimAdopted(listed("shop/db"), "IfUnowned");
    expect(recordOf("shop/db")).toMatchObject({ digest: "", fingerprint: "", adopted: "IfUnowned" });
    expect(memory.isChanged).toBe(true);
  });

  it("forgets what is gone", () => {
    memory.remember(listed("shop/db"), "stamp", undefined);
    memory.save();
    memory.forget("shop/db");
    expect([recordOf("shop/db"), memory.isChanged]).toEqual([undefined, true]);
  });
});

describe("an object that is no longer where it was", () => {
  beforeEach(() => {
    memory.remember(listed("shop/db"), "stamp", undefined);
    memory.save();
  });

  it("is held with the files that it may be in, one look after the other", () => {
    memory.hold(index(), { held: ["shop/db"], maybeIn: ["b.yaml"] });
    memory.hold(index(), { held: ["shop/db"], maybeIn: ["c.yaml"] });
    expect(recordOf("shop/db")?.maybeIn).toEqual(["b.yaml", "c.yaml"]);
    expect(memory.isChanged).toBe(true);
  });

  it("is free again once it is found", () => {
    memory.hold(index(), { held: ["shop/db"], maybeIn: ["b.yaml"] });
    memory.save();
    memory.hold(found("shop/db"), { held: [], maybeIn: [] });
    expect(recordOf("shop/db")).not.toHaveProperty("maybeIn");
    expect([recordOf("shop/db")?.fingerprint, memory.isChanged]).toEqual(["stamp", true]);
  });

  it("that nobody knows is not made up", () => {
    memory.hold(index(), { held: ["shop/other"], maybeIn: ["b.yaml"] });
    expect(recordOf("shop/other")).toBeUndefined();
  });

  it("changes nothing where all is where it was", () => {
    memory.hold(found("shop/db"), { held: [], maybeIn: [] });
    expect(memory.isChanged).toBe(false);
  });
});

describe("the files of a pass", () => {
  const one = (stamp: string) => index({ files: new Map([["a.yaml", { stamp, objects: [] }]]) });

  it("are kept, and written once for the same", () => {
    memory.rememberFiles(one("1"));
    memory.save();
    memory.rememberFiles(one("1"));
    expect([memory.isChanged, memory.inventory.files.get("a.yaml")?.stamp]).toEqual([false, "1"]);
  });

  it.each([
    ["another stamp", one("2")],
    [
      "a file more",
      index({
        files: new Map([
          ["a.yaml", { stamp: "1", objects: [] }],
          ["b.yaml", { stamp: "1", objects: [] }],
        ]),
      }),
    ],
    ["a file less", index()],
    ["a file that can no longer be read", index({ files: one("1").files, unreadable: new Map([["b.yaml", "1"]]) })],
  ])("are written anew with %s", (_what, next) => {
    memory.rememberFiles(one("1"));
    memory.save();
    memory.rememberFiles(next);
    expect(memory.isChanged).toBe(true);
    expect([...memory.inventory.files.keys()]).toEqual([...next.files.keys()]);
    expect(memory.inventory.unreadable).toEqual(next.unreadable);
  });
});
