/** A whole file sealed: what changes in it, what stays byte for byte, and what of the file before is kept. */
import { describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../src/bytes.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { createSealer } from "../../../src/crypto/signature.ts";
import { readStream } from "../../../src/format/stream.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import type { SealedSecret } from "../../../src/model/sealed-secret.ts";
import { openSecret } from "../../../src/seal/open.ts";
import { type SealSourceOptions, sealSource } from "../../../src/seal/seal-source.ts";
import { refusalOf } from "../../support/refusal.ts";
import { slottedYaml } from "../../support/slots.ts";
import { keyOf } from "../../support/tokens.ts";
import { wipedTexts } from "../../support/wiped.ts";

const key = keyOf(engine, "x25519", 1);
const newest = keyOf(engine, "x25519", 2);
const sealer = createSealer(engine, new Uint8Array(32).fill(9));

/** What is known of tokens on this machine: each with its value. */
class Memory {
  readonly values = new Map<string, string>();
  readonly holds: SealSourceOptions["holds"] = (token, _place, value) => this.values.get(token) === fromUtf8(value);
  readonly remember: SealSourceOptions["remember"] = (token, _place, value) =>
    void this.values.set(token, fromUtf8(value) ?? "");
}

function seal(text: string, more: Partial<SealSourceOptions> & { readonly memory?: Memory } = {}) {
  const { holds, remember } = more.memory ?? new Memory();
  const usual = {
    recipients: [key.publicKey],
    scope: "strict",
    sealedAt: 1n,
    format: "manifests",
    unmeant: "refused",
    holds,
    remember,
  } as const;
  return sealSource(engine, decodeText("db.yaml", text), { ...usual, ...more });
}

function objects(text: string): readonly SealedSecret[] {
  return [...readStream(decodeText("db.yaml", text))].flatMap((one) => (one.kind === "sealed" ? [one.sealed] : []));
}

const secretYaml = (name: string, value: string, more = "") =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\n  namespace: shop\n${more}stringData:\n  A: ${value}\n`;
const tokenOf = (text: string, entry = "A") => objects(text)[0]?.entries.get(entry)?.[0].text ?? "";

describe("a file that is sealed", () => {
  it("holds SealedSecrets where Secrets stood, and all else byte for byte", () => {
    const other = "# kept\napiVersion: v1\nkind:   ConfigMap # odd\nmetadata: {name: c}\n";
    const { text, ...counts } = seal(`${other}---\n${secretYaml("db", "hunter2")}---\n${other}`);
    expect(text.startsWith(`${other}---\napiVersion: lacre.dev/v1alpha1\n`)).toBe(true);
    expect(text.endsWith(`---\n${other}`)).toBe(true);
    expect(text).not.toContain("hunter2");
    expect(counts).toEqual({ secrets: 1, alreadySealed: 0, values: 1, kept: 0, droppedComments: 0 });
    const opened = openSecret(engine, new Keyring([key]), objects(text)[0] as SealedSecret);
    expect(opened.ok && fromUtf8(opened.secret.values.get("A") ?? new Uint8Array())).toBe("hunter2");
  });

  it("leaves what is sealed already alone, and counts it", () => {
    const before = seal(secretYaml("db", "hunter2")).text;
    expect(seal(before)).toEqual({
      text: before,
      secrets: 0,
      alreadySealed: 1,
      values: 0,
      kept: 0,
      droppedComments: 0,
    });
  });

  it("loses comment lines above a Secret that hold one of its values, and no others", () => {
    const text = `# the password: hunter2\n# of the shop\n\n# HUNTER2 is another word\n${secretYaml("db", "hunter2")}`;
    const sealed = seal(text);
    expect(sealed.text.startsWith("# of the shop\n\n# HUNTER2 is another word\napiVersion: lacre.dev")).toBe(true);
    expect(sealed.droppedComments).toBe(1);
  });

  it("keeps a comment that holds a value of under four characters: it could be any word", () => {
    expect(seal(`# in abc order\n${secretYaml("db", "abc")}`)).toMatchObject({ droppedComments: 0 });
    expect(seal(`# in abcd order\n${secretYaml("db", "abcd")}`)).toMatchObject({ droppedComments: 1 });
  });

  it("leaves no value in memory, also when it is refused", () => {
    expect(wipedTexts(() => seal(secretYaml("db", "correct horse")))).toContain("correct horse");
    const refused = () => refusalOf(() => seal(secretYaml("db", "correct horse"), { recipients: [] }));
    expect(refused().code).toBe("NO_PUBLIC_KEY");
    expect(wipedTexts(refused)).toContain("correct horse");
  });
});

describe("the namespace that is given", () => {
  const nameless = secretYaml("db", "x").replace("  namespace: shop\n", "");

  it.each([
    ["for a Secret that names none", nameless, "shop"],
    ["as the Secret says it", secretYaml("db", "x"), "shop"],
  ])("is taken %s", (_what, text, namespace) => {
    expect(objects(seal(text, { namespace }).text)[0]?.namespace).toBe(namespace);
  });

  it("is refused for a Secret of another", () => {
    expect(refusalOf(() => seal(secretYaml("db", "x"), { namespace: "bank" }))).toMatchObject({
      code: "USAGE",
      message: "Secret shop/db is not in namespace bank",
    });
  });

  it("is missed where nobody says one", () => {
    expect(refusalOf(() => seal(nameless)).code).toBe("NAMESPACE_MISSING");
  });
});

describe("a file of values", () => {
  const ENV = { format: "dotenv", name: "db", namespace: "shop" } as const;

  it("becomes one SealedSecret of the name and type that are given", () => {
    const [sealed] = objects(seal("A=1\nB=2\n", { ...ENV, type: "example.org/t" }).text);
    expect([sealed?.name, sealed?.namespace, sealed?.shape.type, [...(sealed?.entries.keys() ?? [])]]).toEqual([
      "db",
      "shop",
      "example.org/t",
      ["A", "B"],
    ]);
    expect(objects(seal("A=1\n", ENV).text)[0]?.shape.type).toBe("Opaque");
  });

  it("is refused without a name", () => {
    expect(refusalOf(() => seal("A=1\n", { format: "dotenv" }))).toMatchObject({
      code: "USAGE",
      message: "db.yaml: a .env file says no name",
    });
  });

  it("that grew changes one line in the file before, and keeps its comments", () => {
    const memory = new Memory();
    const before = `# by hand\n${seal("A=1\n", { ...ENV, memory }).text}`;
    const after = seal("A=1\nB=2\n", { ...ENV, memory, existing: decodeText("db.yaml", before) });
    expect(after.text.startsWith(before)).toBe(true);
    expect(after).toMatchObject({ values: 2, kept: 1 });
  });
});

describe("a file that was sealed before", () => {
  const memory = new Memory();
  const plain = secretYaml("db", "one");
  const before = seal(plain, { memory }).text;
  const again = (text: string, more: Parameters<typeof seal>[1] = {}) =>
    seal(text, { memory, existing: decodeText("db.yaml", before), ...more });

  it("is the same again where nothing changed", () => {
    expect(again(plain)).toMatchObject({ text: before, kept: 1 });
  });

  it.each([
    ["the value is another", secretYaml("db", "two"), {}],
    ["nobody remembers the value", plain, { memory: new Memory() }],
    ["the scope is another", plain, { scope: "namespace" }],
    ["it is for another key", plain, { recipients: [newest.publicKey] }],
    ["it is for one key more", plain, { recipients: [key.publicKey, newest.publicKey] }],
    ["it was not signed by who seals now", plain, { sealer }],
  ] as const)("gets a new token where %s", (_why, text, more) => {
    const after = again(text, more);
    expect(after.kept).toBe(0);
    expect(tokenOf(after.text)).not.toBe(tokenOf(before));
  });

  it("keeps a signed token for its own sealer, and for who does not sign", () => {
    const signed = seal(plain, { memory, sealer }).text;
    const existing = decodeText("db.yaml", signed);
    expect(again(plain, { existing, sealer })).toMatchObject({ text: signed, kept: 1 });
    expect(again(plain, { existing })).toMatchObject({ text: signed, kept: 1 });
  });

  it("gets a new token where the one before was moved there by hand", () => {
    const moved = seal(secretYaml("other", "one"), { memory }).text.replace("name: other", "name: db");
    expect(again(plain, { existing: decodeText("db.yaml", moved) }).kept).toBe(0);
  });

  it("keeps its policy and its comments, which no Secret has", () => {
    const byHand = `# by hand\n${before}  suspend: true # for now\n`;
    const { text } = again(secretYaml("db", "two"), { existing: decodeText("db.yaml", byHand) });
    expect(text).toBe(byHand.replace(tokenOf(before), tokenOf(text)));
    expect(objects(text)[0]?.policy.suspend).toBe(true);
  });

  it("loses the entries that the Secret no longer has", () => {
    const two = seal(`${plain}  B: x\n`, { memory }).text;
    const { text } = again(plain, { existing: decodeText("db.yaml", two) });
    expect([...(objects(text)[0]?.entries.keys() ?? [])]).toEqual(["A"]);
    expect(tokenOf(text)).toBe(tokenOf(two));
  });

  it("is printed anew where the Secret looks otherwise, its tokens and its policy kept", () => {
    const existing = decodeText("db.yaml", `${before}  suspend: true\n`);
    const { text, kept } = again(secretYaml("db", "one", "type: example.org/t\n"), { existing });
    expect([tokenOf(text), kept]).toEqual([tokenOf(before), 1]);
    expect(objects(text)[0]).toMatchObject({ shape: { type: "example.org/t" }, policy: { suspend: true } });
  });

  it("is written anew where it holds other objects", () => {
    const { text } = again(`${plain}---\n${secretYaml("cache", "two")}`);
    expect(objects(text).map(({ name }) => name)).toEqual(["db", "cache"]);
    expect(tokenOf(text)).toBe(tokenOf(before));
  });

  it("with a value for each environment is refused: nobody said which is meant", () => {
    const slotted = slottedYaml(tokenOf(before), { staging: "lacre1.s", production: "lacre1.q" });
    expect(refusalOf(() => again(plain, { existing: decodeText("db.yaml", slotted) }))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("entry SLOTTED has a value for each environment"),
    });
  });

  it("has only new tokens remembered, each at its place", () => {
    const told: unknown[] = [];
    const remember: SealSourceOptions["remember"] = (_token, place) => void told.push(place);
    again(`${plain}  B: x\n`, { remember });
    expect(told).toEqual([{ namespace: "shop", name: "db", key: "B" }]);
  });
});
