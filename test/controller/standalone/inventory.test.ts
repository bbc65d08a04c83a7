/** What is in the inventory decides what may be removed, so a damaged one is refused with the way out. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readInventory, writeInventory } from "../../../controller/standalone/inventory.ts";
import { LacreError } from "../../../src/errors.ts";
import { DEFAULT_POLICY } from "../../../src/model/sealed-secret.ts";

const place = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-inventory-")), "inventory.json");
const whole = { version: 2, boot: "b", source: "s", objects: {}, files: {} };

describe("an inventory", () => {
  it("is read as it was written", () => {
    const file = place();
    const inventory = readInventory(file, "s");
    inventory.objects.set("a/b", {
      file: "f",
      digest: "",
      fingerprint: "",
      policy: { ...DEFAULT_POLICY, deletion: "Orphan" },
    });
    inventory.files.set("f", { stamp: "1", objects: [{ object: "a/b", digest: "d", policy: DEFAULT_POLICY }] });
    writeInventory(file, inventory);
    expect(readInventory(file, "s")).toEqual(inventory);
  });

  it("of an earlier version keeps what is ours, and has everything looked at again", () => {
    const file = place();
    const record = { file: "f", digest: "old", fingerprint: "1 2", deletion: "Orphan" };
    const files = { f: { stamp: "1", objects: [{ object: "a/b", digest: "old", deletion: "Orphan" }] } };
    fs.writeFileSync(file, JSON.stringify({ ...whole, version: 1, objects: { "a/b": record }, files }));
    const read = readInventory(file, "s");
    expect([...read.objects]).toEqual([
      ["a/b", { file: "f", digest: "old", fingerprint: "", policy: { ...DEFAULT_POLICY, deletion: "Orphan" } }],
    ]);
    expect(read.files.size).toBe(0);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    JSON.stringify({ version: 1 }),
    JSON.stringify({ version: 2 }),
    JSON.stringify({ ...whole, version: 3 }),
    JSON.stringify({
      ...whole,
      version: 1,
      objects: { "a/b": { file: "", digest: "", fingerprint: "", deletion: "Other" } },
    }),
    JSON.stringify({ ...whole, objects: [] }),
    JSON.stringify({ ...whole, objects: { "a/b": null } }),
    JSON.stringify({ ...whole, objects: { "a/b": { file: 1, digest: "", fingerprint: "", policy: DEFAULT_POLICY } } }),
    JSON.stringify({
      ...whole,
      objects: { "a/b": { file: "", digest: "", fingerprint: "", policy: { ...DEFAULT_POLICY, drift: "Other" } } },
    }),
    JSON.stringify({ ...whole, files: { f: { stamp: "" } } }),
    JSON.stringify({ ...whole, files: { f: { stamp: "", objects: [{}] } } }),
  ])("that is damaged is an error with the way out: %s", (text) => {
    const file = place();
    fs.writeFileSync(file, text);
    const read = () => readInventory(file, "s");
    expect(read).toThrow(LacreError);
    expect(read).toThrow(
      expect.objectContaining({ code: "TARGET_FAILED", hint: expect.stringContaining(`mv ${file}`) }),
    );
    expect(fs.readFileSync(file, "utf8")).toBe(text);
  });
});
