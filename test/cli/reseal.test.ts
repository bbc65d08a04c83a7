/** `lacre reseal`, for who holds the private keys. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { sealToken } from "../../src/crypto/index.ts";
import { createSealer } from "../../src/crypto/signature.ts";
import { parsePublicKeys } from "../../src/keys/index.ts";
import { parseToken } from "../../src/model/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const tokensOf = (text: string) => [...text.matchAll(/sealed: (lacre1\.\S+)/g)].map(([, token = ""]) => token);
const facts = (text: string) =>
  tokensOf(text).map((token) => {
    const { scope, sealedAt, suite } = parseToken(token) ?? {};
    return { scope, sealedAt, suite };
  });
const keysOf = (text: string) =>
  new Set(tokensOf(text).flatMap((token) => parseToken(token)?.stanzas.map(({ keyId }) => keyId)));

async function sealedWith(
  at: Workspace,
  key: string,
  name: string,
  values: Record<string, string>,
  ...args: readonly string[]
): Promise<string> {
  const ran = await at.lacre(["seal", "-r", `${key}.pub`, "--no-cache", ...args], { input: secretYaml(name, values) });
  expect(ran.stderr + ran.status).toMatch(/0$/);
  return ran.stdout;
}

describe("lacre reseal", () => {
  it("moves stale tokens to the new key: values, scope, place and time stay, and every other line", async () => {
    const at = await (await new Workspace().withKey("old")).withKey("new");
    const text = `# a comment\n${await sealedWith(at, "old", "db", { A: "a", B: "b" }, "--scope", "namespace")}`;
    at.write("db.yaml", text);
    const check = await at.lacre(["reseal", "--check", "-r", "new.pub", "db.yaml"]);
    expect([check.status, check.stdout]).toEqual([4, "db.yaml: shop/db, entry A\ndb.yaml: shop/db, entry B\n"]);
    const ran = await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "db.yaml"]);
    expect([ran.status, ran.stderr]).toEqual([0, "resealed 2 entries in 1 files; 0 were up to date\n"]);
    const after = at.read("db.yaml");
    expect(facts(after)).toEqual(facts(text));
    expect(keysOf(after)).not.toEqual(keysOf(text));
    expect(after.replaceAll(/lacre1\.\S+/g, "")).toBe(text.replaceAll(/lacre1\.\S+/g, ""));
    expect((await at.lacre(["open", "-k", "new.key", "db.yaml"])).stdout).toContain("A: a");
    expect((await at.lacre(["open", "-k", "old.key", "db.yaml"])).status).toBe(5);
  });

  it("touches only stale tokens, and no byte when nothing is stale", async () => {
    const at = await (await new Workspace().withKey("old")).withKey("new");
    at.write("db.yaml", await sealedWith(at, "old", "db", { A: "a", B: "b" }));
    await at.lacre(["set", "-r", "new.pub", "db.yaml", "B"], { input: "b2" });
    const [a, b] = tokensOf(at.read("db.yaml"));
    expect((await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "db.yaml"])).status).toBe(0);
    const [a2, b2] = tokensOf(at.read("db.yaml"));
    expect([a2 === a, b2 === b]).toEqual([false, true]);
    const before = fs.statSync(at.file("db.yaml"), { bigint: true });
    const again = await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "db.yaml"]);
    expect([again.status, again.stderr]).toEqual([0, "resealed 0 entries in 0 files; 2 were up to date\n"]);
    expect(fs.statSync(at.file("db.yaml"), { bigint: true }).ino).toBe(before.ino);
    expect((await at.lacre(["reseal", "--check", "-r", "new.pub", "db.yaml"])).status).toBe(0);
  });

  it("a file with an entry that no key opens stays whole, the others go on, and the status tells", async () => {
    const at = await (await (await new Workspace().withKey("old")).withKey("new")).withKey("strange");
    at.write("tree/a.yaml", await sealedWith(at, "old", "a", { A: "a" }));
    at.write(
      "tree/b.yaml",
      `${await sealedWith(at, "old", "b", { A: "a" })}---\n${await sealedWith(at, "strange", "c", { A: "a" })}`,
    );
    at.write("tree/c.yaml", await sealedWith(at, "old", "d", { A: "a" }));
    at.write("tree/other.yaml", "kind: ConfigMap\n");
    const before = at.read("tree/b.yaml");
    const ran = await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "tree"]);
    expect([ran.status, ran.stderr]).toEqual([
      5,
      expect.stringContaining("tree/b.yaml: shop/c, entry A: no key that you hold opens it"),
    ]);
    expect(ran.stderr).toContain("resealed 2 entries in 2 files; 0 were up to date; 1 files are as they were");
    expect(at.read("tree/b.yaml")).toBe(before);
    expect((await at.lacre(["open", "-k", "new.key", "tree/a.yaml", "tree/c.yaml"])).status).toBe(0);
  });

  it("moves three hundred files, and a second run has nothing to do", async () => {
    const at = new Workspace();
    at.write("prod.keys", (await at.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.key"])).stdout);
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const secrets = names.map((name) => secretYaml(name, { A: name })).join("---\n");
    const sealed = (await at.lacre(["seal", "-r", "prod.keys"], { input: secrets })).stdout.split(/^---\n/m);
    for (const [index, text] of sealed.entries()) at.write(`tree/${index % 10}/${index}.yaml`, text);
    await at.lacre(["keys", "rotate", "-k", "prod.key"]);
    await at.lacre(["keys", "publish", "-k", "prod.key", "-o", "prod.keys"]);
    const reseal = async () => (await at.lacre(["reseal", "-k", "prod.key", "-r", "prod.keys", "tree"])).stderr;
    expect(await reseal()).toBe("resealed 300 entries in 300 files; 0 were up to date\n");
    expect(await reseal()).toBe("resealed 0 entries in 0 files; 300 were up to date\n");
    expect((await at.lacre(["open", "-k", "prod.key", "tree/2/242.yaml"])).stdout).toContain("A: s242");
  });

  it("goes on where it was killed: files are old or new, never half", async () => {
    const at = await (await new Workspace().withKey("old")).withKey("new");
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    at.write("all.yaml", names.map((name) => secretYaml(name, { A: name })).join("---\n"));
    const sealed = (await at.lacre(["seal", "-r", "old.pub", "all.yaml"])).stdout.split(/^---\n/m);
    for (const [index, text] of sealed.entries()) at.write(`tree/${index}.yaml`, text);
    const running = at.start(["reseal", "-k", "old.key", "-r", "new.pub", "tree"]);
    await new Promise((resolve) => setTimeout(resolve, 250));
    running.kill("SIGKILL");
    await new Promise((resolve) => running.once("exit", resolve));
    for (const index of names.keys()) expect(tokensOf(at.read(`tree/${index}.yaml`))).toHaveLength(1);
    const ran = await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "tree"]);
    expect([ran.status, ran.stderr]).toEqual([0, expect.stringMatching(/^resealed \d+ entries/)]);
    expect((await at.lacre(["reseal", "--check", "-r", "new.pub", "tree"])).status).toBe(0);
    // A kill may leave a hidden temporary file or lock, with nothing but tokens in it.
    const visible = fs.readdirSync(at.file("tree")).filter((name) => !name.startsWith("."));
    expect(visible).toHaveLength(300);
  });

  it("does not strip a sealer's signature", async () => {
    const at = await (await new Workspace().withKey("old")).withKey("new");
    const engine = await loadEngine();
    const recipients = parsePublicKeys(engine, at.read("old.pub"));
    const sealer = createSealer(engine, new Uint8Array(32).fill(1));
    const place = { namespace: "shop", name: "db", key: "A" };
    const token = sealToken(engine, {
      value: new Uint8Array(3),
      scope: "strict",
      place,
      recipients,
      sealedAt: 1n,
      sealer,
    });
    const text = (await sealedWith(at, "old", "db", { A: "a" })).replace(/lacre1\.\S+/, token);
    at.write("db.yaml", text);
    const ran = await at.lacre(["reseal", "-k", "old.key", "-r", "new.pub", "db.yaml"]);
    expect([ran.status, ran.stderr]).toEqual([5, expect.stringContaining("signed by its sealer")]);
    expect(at.read("db.yaml")).toBe(text);
  });

  it("says what is missing: no file, no key to open with, no key to seal for", async () => {
    const at = await new Workspace().withKey("old");
    at.write("db.yaml", await sealedWith(at, "old", "db", { A: "a" }));
    expect((await at.lacre(["reseal"])).status).toBe(2);
    expect((await at.lacre(["reseal", "-k", "old.key", "db.yaml"])).stderr).toContain("no public key to seal with");
    expect((await at.lacre(["reseal", "-r", "old.pub", "-k", "missing.key", "db.yaml"])).status).toBe(1);
    expect((await at.lacre(["reseal", "-r", "old.pub", "not-there"])).status).not.toBe(0);
  });
});
