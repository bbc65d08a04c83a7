/** One reader for files and for what the API server sends: both say the same of the same object. */
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { readSealedObject } from "../../../../src/format/sealed/object.ts";
import { readStream } from "../../../../src/format/stream.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import type { SealedSecret } from "../../../../src/model/sealed-secret.ts";
import { slottedYaml } from "../../../support/slots.ts";

const HEAD = "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\n  namespace: shop\n";
const manifest = (spec: string) => `${HEAD}spec:\n${spec}`;

function fromText(text: string): SealedSecret {
  const [object] = readStream(decodeText("db.yaml", text));
  if (object?.kind !== "sealed") throw new Error("no SealedSecret");
  return object.sealed;
}

const fromJson = (text: string) => readSealedObject(parseDocument(text).toJS());
const shown = ({ labels: _, annotations: __, ...sealed }: SealedSecret) => ({
  ...sealed,
  entries: [...sealed.entries].map(([key, entry]) => [key, entry.map(({ environment, text }) => [environment, text])]),
});

describe("a SealedSecret", () => {
  it.each([
    ["of one value", manifest("  entries:\n    A: { sealed: lacre1.a }\n")],
    ["with values for environments", slottedYaml("lacre1.p", { staging: "lacre1.s", production: "lacre1.q" })],
    [
      "with every field",
      manifest(
        "  entries:\n    A: { sealed: lacre1.a }\n  driftPolicy: Detect\n  adopt: Merge\n  deletionPolicy: Orphan\n  suspend: true\n  secret:\n    type: kubernetes.io/basic-auth\n    immutable: true\n    labels: { a: b }\n    annotations: { c: d }\n",
      ),
    ],
    ["without entries yet", manifest("  entries: {}\n")],
  ])("%s reads the same from a file and from the API server", (_what, text) => {
    expect(shown(fromJson(text))).toEqual(shown(fromText(text)));
  });

  it("keeps the values of environments under their names, in their order", () => {
    const { entries } = fromText(slottedYaml("lacre1.p", { staging: "lacre1.s", production: "lacre1.q" }));
    expect(entries.get("SLOTTED")?.map(({ environment, text }) => [environment, text])).toEqual([
      ["staging", "lacre1.s"],
      ["production", "lacre1.q"],
    ]);
    expect(entries.get("PLAIN")?.[0].environment).toBeUndefined();
  });

  it.each([
    ["without spec", HEAD, "spec must be a mapping of keys to values"],
    ["without entries", manifest("  suspend: true\n"), "spec.entries is missing"],
    ["with an entry that is text", manifest("  entries: { A: lacre1.a }\n"), "spec.entries.A must be a mapping"],
    ["with an entry without a value", manifest("  entries: { A: {} }\n"), "spec.entries.A.sealed is missing"],
    [
      "with an entry that has both",
      manifest("  entries: { A: { sealed: lacre1.a, environments: { x: { sealed: lacre1.b } } } }\n"),
      "spec.entries.A has both sealed and environments",
    ],
    [
      "with an entry of no environment",
      manifest("  entries: { A: { environments: {} } }\n"),
      "spec.entries.A.environments is empty",
    ],
    [
      "with an environment without a value",
      manifest("  entries: { A: { environments: { x: {} } } }\n"),
      "spec.entries.A.environments.x.sealed is missing",
    ],
    [
      "with something else under an environment",
      manifest("  entries: { A: { environments: { x: { sealed: lacre1.a, value: b } } } }\n"),
      "unknown field spec.entries.A.environments.x.value",
    ],
    ["with a field nobody knows", manifest("  entries: {}\n  suspended: true\n"), "unknown field spec.suspended"],
    ["with a policy nobody knows", manifest("  entries: {}\n  adopt: Always\n"), "spec.adopt is none of: Never"],
    ["with a token that is a number", manifest("  entries: { A: { sealed: 1 } }\n"), "spec.entries.A.sealed"],
    ["with a pause that is text", manifest("  entries: {}\n  suspend: 'true'\n"), "spec.suspend must be true or false"],
  ])("%s is refused by both with the field named", (_what, text, message) => {
    for (const read of [fromText, fromJson]) {
      expect(() => read(text)).toThrow(
        expect.objectContaining({ code: "MANIFEST_INVALID", message: expect.stringContaining(message) }),
      );
    }
  });

  it("from the API server never carries the labels and annotations of the object itself", () => {
    const object = { metadata: { name: "db", namespace: "shop", annotations: { note: "x" } }, spec: { entries: {} } };
    expect(readSealedObject(object)).toMatchObject({ labels: new Map(), annotations: new Map() });
  });

  it("takes an empty type for none, as Kubernetes does", () => {
    const spec = { entries: { A: { sealed: "lacre1.a" } }, secret: { type: "" } };
    expect(readSealedObject({ metadata: { name: "a", namespace: "b" }, spec }).shape.type).toBe("Opaque");
  });
});
