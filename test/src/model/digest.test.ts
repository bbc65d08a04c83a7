/** The digest is on every Secret in a cluster: another one for the same object opens all of them again. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { readStream } from "../../../src/format/stream.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { digestOf } from "../../../src/model/digest.ts";
import type { SealedSecret } from "../../../src/model/sealed-secret.ts";
import { nativeEngine } from "../../../src/node/engine.ts";

type Vector = { readonly what: string; readonly manifest: string; readonly digest: string };

const VECTORS = path.join(import.meta.dirname, "../../vectors/v1/digests.json");
const { sha256 } = nativeEngine() as Engine;

function read(manifest: string): SealedSecret {
  const [object] = readStream(decodeText("a.yaml", manifest));
  if (object?.kind !== "sealed") throw new Error("no SealedSecret");
  return object.sealed;
}

const digest = (manifest: string) => digestOf(sha256, read(manifest));

describe("the digest of a SealedSecret", () => {
  const vectors = JSON.parse(fs.readFileSync(VECTORS, "utf8")) as readonly Vector[];

  it.each(vectors)("is frozen for $what", ({ manifest, digest: frozen }) => {
    expect(digest(manifest)).toBe(frozen);
  });

  const BASE = vectors[0]?.manifest ?? "";

  it.each([
    ["a comment", BASE.replace("spec:", "# why\nspec:")],
    ["quotes", BASE.replace(/sealed: (\S+)/, 'sealed: "$1"')],
    ["labels of the SealedSecret itself", BASE.replace("  name: db\n", "  name: db\n  labels: { team: shop }\n")],
    ["how drift is treated", `${BASE}  driftPolicy: Ignore\n`],
    ["how it is adopted", `${BASE}  adopt: Merge\n`],
    ["what happens when it is deleted", `${BASE}  deletionPolicy: Orphan\n`],
    ["a pause", `${BASE}  suspend: true\n`],
  ])("does not change with %s", (_what, manifest) => {
    expect(manifest).not.toBe(BASE);
    expect(digest(manifest)).toBe(digest(BASE));
  });

  it("does not change with the order of entries and environments", () => {
    const entries = (...lines: readonly string[]) => `${BASE.slice(0, BASE.indexOf("    A:"))}${lines.join("")}`;
    const [a, b] = ["    A: { sealed: lacre1.a }\n", "    B: { sealed: lacre1.b }\n"];
    expect(digest(entries(a, b))).toBe(digest(entries(b, a)));
    const slots = (order: string) => digest(entries(`    A: { environments: { ${order} } }\n`));
    expect(slots("x: { sealed: lacre1.x }, z: { sealed: lacre1.z }")).toBe(
      slots("z: { sealed: lacre1.z }, x: { sealed: lacre1.x }"),
    );
  });

  it.each([
    ["a token", BASE.replace(/sealed: \S+/, "sealed: lacre1.other")],
    ["a key", BASE.replace("    A:", "    B:")],
    ["the environment of a token", BASE.replace(/sealed: (\S+)/, "environments: { a: { sealed: $1 } }")],
    ["the type", `${BASE}  secret: { type: kubernetes.io/tls }\n`],
    ["immutability", `${BASE}  secret: { immutable: true }\n`],
    ["a label of the Secret", `${BASE}  secret: { labels: { a: b } }\n`],
    ["an annotation of the Secret", `${BASE}  secret: { annotations: { a: b } }\n`],
  ])("changes with %s", (_what, manifest) => {
    expect(digest(manifest)).not.toBe(digest(BASE));
  });

  it("tells a label from an annotation, and a key from what stands beside it", () => {
    const secret = (fields: string) => digest(`${BASE}  secret: { ${fields} }\n`);
    expect(secret("labels: { a: b }")).not.toBe(secret("annotations: { a: b }"));
    expect(secret("labels: { a: b, c: d }")).not.toBe(secret("labels: { a: 'b, c: d' }"));
  });
});
