/** After an update, what version 1 had applied counts as applied: a hand edit that was let be is let be. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOfVersion1 } from "../../../controller/standalone/digest-of-version-1.ts";
import { decodeSource, readStream } from "../../../src/format/index.ts";
import type { SealedSecret } from "../../../src/model/index.ts";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const sha256 = (message: Uint8Array) => createHash("sha256").update(message).digest();

function sealedOf(text: string): SealedSecret {
  const [object] = readStream(decodeSource("x.yaml", new TextEncoder().encode(text)));
  if (object?.kind !== "sealed") throw new Error("not sealed");
  return object.sealed;
}

const HEAD =
  "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: {name: db, namespace: shop}\nspec:\n  entries:\n";
const ENTRIES = "    B: {sealed: lacre1.bb}\n    A: {sealed: lacre1.aa}\n";
const REST = `  driftPolicy: Ignore
  deletionPolicy: Orphan
  suspend: true
  secret: {type: kubernetes.io/tls, immutable: true, labels: {b: "2", a: "1"}, annotations: {"n": m}}
`;

describe("the digest of version 1", () => {
  it("is the one that it wrote", () => {
    expect(digestOfVersion1(sha256, sealedOf(HEAD + ENTRIES + REST))).toBe("f51b5a375d58de119576191575717574");
  });

  it("is none where entries have values for environments, which it could not read", () => {
    const slots = "    A: {environments: {dev: {sealed: lacre1.aa}}}\n";
    expect(digestOfVersion1(sha256, sealedOf(HEAD + slots))).toBeUndefined();
  });
});

type Record1 = { digest: string; policy?: unknown; deletion?: string };

/** Puts the inventory into the form of version 1, with its digests of what is sealed. */
function toVersion1(one: Workspace): void {
  const file = one.file("out/..lacre/inventory.json");
  const stored = JSON.parse(fs.readFileSync(file, "utf8"));
  for (const record of Object.values<Record1>(stored.objects)) {
    record.digest = digestOfVersion1(sha256, sealedOf(one.read("src/db.yaml"))) ?? "";
    record.deletion = "Delete";
    delete record.policy;
  }
  fs.writeFileSync(file, JSON.stringify({ ...stored, version: 1, files: {} }));
}

describe("a hand edit that driftPolicy Ignore lets be", () => {
  const run = (one: Workspace) =>
    one.controller(
      ["--source", "directory:src", "--target", "directory:out", "--key-file", "prod.key", "--once"].concat(
        "--log-level",
        "silent",
      ),
    );

  async function edited(): Promise<Workspace> {
    const one = await new Workspace().withKey();
    one.write("src/db.yaml", secretYaml("db", { A: "one" }));
    await one.lacre(["seal", "-i", "-r", "prod.pub", "src/db.yaml"]);
    one.write("src/db.yaml", one.read("src/db.yaml").replace("spec:\n", "spec:\n  driftPolicy: Ignore\n"));
    run(one);
    fs.chmodSync(one.file("out/shop/db/A"), 0o600);
    fs.writeFileSync(one.file("out/shop/db/A"), "by hand");
    run(one);
    toVersion1(one);
    return one;
  }

  it("outlives an update", async () => {
    const one = await edited();
    expect(JSON.parse(run(one).stdout)).toMatchObject({ written: [], unchanged: 1, problems: [] });
    expect(one.read("out/shop/db/A")).toBe("by hand");
  });

  it("is written over by a change in Git that came with the update", async () => {
    const one = await edited();
    one.write("src/db.yaml", secretYaml("db", { A: "two" }));
    await one.lacre(["seal", "-i", "-r", "prod.pub", "src/db.yaml"]);
    expect(JSON.parse(run(one).stdout)).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(one.read("out/shop/db/A")).toBe("two");
  });
});
