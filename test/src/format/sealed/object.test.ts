/** A SealedSecret that the API server sent: nothing is taken on trust, and an error has no place but its field. */
import { describe, expect, it } from "vitest";
import { readSealedObject } from "../../../../src/format/sealed/object.ts";
import { refusalOf } from "../../../support/refusal.ts";

const read = (spec: unknown, metadata: object = {}) =>
  readSealedObject({ metadata: { name: "db", namespace: "shop", ...metadata }, spec });
const ENTRIES = { A: { sealed: "lacre1.a" } };

describe("a SealedSecret of the API server", () => {
  it("is read with its name, its entries and its policy", () => {
    const sealed = read({ entries: ENTRIES, suspend: true, adopt: "Merge" });
    expect([sealed.namespace, sealed.name, sealed.entries.get("A")?.[0].text]).toEqual(["shop", "db", "lacre1.a"]);
    expect(sealed.policy).toMatchObject({ suspend: true, adopt: "Merge", drift: "Correct" });
  });

  it("may have a field that is null, as one that is not there", () => {
    expect(read({ entries: ENTRIES, secret: null }).shape.type).toBe("Opaque");
  });

  it("has entries under keys that are names of JavaScript", () => {
    const spec = JSON.parse('{"entries": {"__proto__": {"sealed": "a"}, "constructor": {"sealed": "b"}}}');
    expect([...read(spec).entries.keys()]).toEqual(["__proto__", "constructor"]);
  });

  it.each([
    ["no spec", undefined, "spec must be a mapping"],
    ["a spec of null", null, "spec must be a mapping"],
    ["a spec that is a list", [], "spec must be a mapping"],
    ["a spec that is text", "entries", "spec must be a mapping"],
    ["a field that nobody knows", { entries: ENTRIES, x: 1 }, "unknown field spec.x"],
    ["a token that is a number", { entries: { A: { sealed: 1 } } }, "spec.entries.A.sealed must be text"],
    ["a token that is null", { entries: { A: { sealed: null } } }, "spec.entries.A.sealed must be text"],
    [
      "half of a character",
      { entries: { A: { sealed: "\ud800" } } },
      "spec.entries.A.sealed holds half of a Unicode character",
    ],
    ["a truth that is text", { entries: {}, suspend: "true" }, "spec.suspend must be true or false"],
    ["a truth that is a number", { entries: {}, suspend: 1 }, "spec.suspend must be true or false"],
  ])("is refused with %s, by its field and without a place", (_what, spec, message) => {
    const refusal = refusalOf(() => read(spec));
    expect(refusal.code).toBe("MANIFEST_INVALID");
    expect(refusal.message.startsWith(message)).toBe(true);
  });

  it("of a name that no API server would give is refused all the same", () => {
    expect(refusalOf(() => read({ entries: {} }, { name: "../db" })).message).toContain(
      "metadata.name is not a valid name",
    );
  });
});
