/** Our own sealed files, held against what a repository asks of its tokens. */
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../../src/bytes.ts";
import { portableEngine as engine } from "../../../../src/crypto/engine-portable.ts";
import { generateKey } from "../../../../src/crypto/key-import.ts";
import { sealToken } from "../../../../src/crypto/seal-token.ts";
import type { SealedPolicy } from "../../../../src/verify/detect/sealed-policy.ts";
import { SEALED_SECRETS } from "../../../../src/verify/detect/sealed-secrets.ts";
import { detected } from "../../../support/detect.ts";

const place = { namespace: "shop", name: "db", key: "zone" };
const [ours, theirs] = [generateKey(engine, "x25519").publicKey, generateKey(engine, "x25519").publicKey];
const seal = (recipients = [ours], scope: "strict" | "cluster" = "strict") =>
  sealToken(engine, { value: utf8("harbour"), scope, place, recipients, sealedAt: 1n });
const manifest = (token: string, key = "zone") =>
  `apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\n  namespace: shop\nspec:\n  entries:\n    ${key}: { sealed: ${token} }\n`;
const rules = (text: string, policy: SealedPolicy = {}, path = "db.yaml") =>
  detected(SEALED_SECRETS, path, text, { policy }).hits.map(({ rule }) => rule);

const id = ours.keyId;
const other = theirs.keyId;

describe("a token", () => {
  it.each<readonly [string, SealedPolicy, string[]]>([
    ["of which nothing is asked", {}, []],
    ["with a scope that is allowed", { scopes: ["strict"] }, []],
    ["with another scope", { scopes: ["cluster"] }, ["sealed-scope-not-allowed"]],
    ["with another suite", { suites: ["mlkem768x25519"] }, ["sealed-suite-not-allowed"]],
    ["for the keys of its environment", { recipients: { prod: [[[id]]] } }, []],
    ["for a key that nobody names", { recipients: { prod: [[[other]]] } }, ["sealed-recipient-unknown"]],
    [
      "that a cluster of its environment cannot open",
      { recipients: { prod: [[[id]], [[other]]] } },
      ["sealed-recipient-missing"],
    ],
    [
      "for a key that is known to others",
      { compromised: [id], destroyed: [id], old: [id] },
      ["sealed-key-compromised"],
    ],
    ["for a key that is gone", { destroyed: [id], old: [id] }, ["sealed-key-destroyed"]],
    ["for a key that only opens any more", { old: [id] }, ["sealed-key-old"]],
  ])("%s", (_, policy, expected) => {
    expect(rules(manifest(seal()), policy)).toEqual(expected);
  });

  it("for keys of two environments is for somebody unknown to either", () => {
    const policy = { recipients: { prod: [[[id]]], staging: [[[other]]] } };
    expect(rules(manifest(seal([ours, theirs])), policy)).toEqual(["sealed-recipient-unknown"]);
  });

  it("in another place than it was sealed for is moved, unless its scope allows it", () => {
    expect(rules(manifest(seal(), "zone2"))).toEqual(["sealed-token-moved"]);
    const elsewhere = (token: string) => rules(manifest(token).replace("name: db", "name: other"));
    expect([elsewhere(seal()), elsewhere(seal([ours], "cluster"))]).toEqual([["sealed-token-moved"], []]);
  });

  it("that was cut is malformed", () => {
    expect(rules(manifest(seal().slice(0, -1)))).toEqual(["sealed-token-malformed"]);
  });
});

describe("a manifest", () => {
  it("that breaks a rule of its format is told, with its line", () => {
    const text = manifest(seal()).replace("kind: SealedSecret", "kind: SealedSecret\nunknown: field");
    const [hit] = detected(SEALED_SECRETS, "db.yaml", text).hits;
    expect([hit?.rule, text.slice(0, hit?.start).split("\n").length]).toEqual(["sealed-manifest-invalid", 3]);
  });

  it("that is a template with holes is judged when it has been filled in", () => {
    expect(rules(`${manifest("lacre1.x")}    {{ if }}\n  - a\n`)).toEqual([]);
  });

  it.each([["db.yaml.bak"], ["db.json.orig"], ["db.yml~"]])("under the name %s is judged", (path) => {
    expect(rules(manifest(seal(), "zone2"), {}, path)).toEqual(["sealed-token-moved"]);
  });

  it.each([["db.md"], ["db"]])("under the name %s is none", (path) => {
    expect(rules(manifest(seal(), "zone2"), {}, path)).toEqual([]);
  });
});
