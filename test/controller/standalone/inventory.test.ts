/** What is in the inventory decides what may be removed, so a damaged one is refused with the way out. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readInventory, writeInventory } from "../../../controller/standalone/inventory.ts";
import { LacreError } from "../../../src/errors.ts";

const place = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-inventory-")), "inventory.json");
const whole = { version: 1, boot: "b", source: "s", objects: {}, files: {} };

describe("an inventory", () => {
  it("is read as it was written", () => {
    const file = place();
    const inventory = readInventory(file, "s");
    inventory.objects.set("a/b", { file: "f", digest: "", fingerprint: "", deletion: "Orphan" });
    inventory.files.set("f", { stamp: "1", objects: [{ object: "a/b", digest: "d", deletion: "Delete" }] });
    writeInventory(file, inventory);
    expect(readInventory(file, "s")).toEqual(inventory);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "{}",
    JSON.stringify({ version: 1 }),
    JSON.stringify({ ...whole, version: 2 }),
    JSON.stringify({ ...whole, objects: [] }),
    JSON.stringify({ ...whole, objects: { "a/b": null } }),
    JSON.stringify({ ...whole, objects: { "a/b": { file: 1, digest: "", fingerprint: "", deletion: "Delete" } } }),
    JSON.stringify({ ...whole, objects: { "a/b": { file: "", digest: "", fingerprint: "", deletion: "Other" } } }),
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
