/** What verify says of the environments: whom they are sealed for, and what a change makes of it. */
import * as fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const PROD = "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n";

let at: Workspace;
const store = (name: string, cluster = name) => {
  const made = at.lacre(["keys", "generate", "--cluster", cluster, "-k", `${name}.store`]);
  return at.write(`${name}.list`, made.stdout);
};
const install = (from: string, to = "keys/prod.keys") => fs.copyFileSync(at.file(from), at.file(to));
const commit = (message: string) => {
  at.git("add", "-A");
  expect(at.git("commit", "-qm", message).status).toBe(0);
};
const identityOf = (name: string) =>
  /SHA256:[\w-]{43}/.exec(at.lacre(["keys", "list", `${name}.list`]).stdout)?.[0] ?? "none";
const verify = (args: readonly string[] = [], env: Record<string, string> = {}) => {
  const ran = at.lacre(["verify", "--json", ...args], { env });
  const { findings, notes } = JSON.parse(ran.stdout);
  return { status: ran.status, rules: findings.map(({ rule }: { rule: string }) => rule), findings, notes };
};

beforeEach(() => {
  at = new Workspace().withKey("bare");
  for (const name of ["prod", "evil"]) store(name);
  at.write(".gitignore", "*.key\n*.store\n*.list\n*.pub\n.home\n");
  at.write(".lacre.yaml", PROD);
  at.write("keys/prod.keys", at.read("prod.list"));
  at.git("init", "-q");
  commit("base");
});

describe("verify of environments as they are", () => {
  it("one whose keys are missing, or empty, is a finding, wherever it is looked for", () => {
    expect(verify().status).toBe(0);
    fs.rmSync(at.file("keys/prod.keys"));
    expect(verify()).toMatchObject({ status: 3, rules: ["environment-keys-missing"] });
    at.write("keys/prod.keys", "");
    expect(verify()).toMatchObject({ status: 3, rules: ["environment-keys-missing"] });
    commit("gone");
    expect(verify(["--range", "HEAD~1..HEAD"]).rules).toEqual(["environment-keys-missing"]);
  });

  it("the hook lets what init makes be committed before its keys, and stops who takes keys away", () => {
    const added = new Workspace();
    added.git("init", "-q");
    added.write(".gitignore", ".home\n");
    added.lacre(["init"]);
    added.git("add", "-A");
    expect(added.git("commit", "-qm", "init").status).toBe(0);
    expect(added.lacre(["verify"]).status).toBe(3);
    fs.rmSync(at.file("keys/prod.keys"));
    at.git("add", "-A");
    expect(verify(["--staged"]).rules).toEqual(["environment-keys-missing"]);
  });

  it("LACRE_PIN names all that may be sealed for: a list of another identity and a bare key are findings", () => {
    const env = { LACRE_PIN: identityOf("prod") };
    expect(verify([], env).status).toBe(0);
    for (const other of ["evil.list", "bare.pub"]) {
      install(other);
      const found = verify([], env);
      expect(found).toMatchObject({ status: 3, rules: ["environment-not-pinned"] });
      expect(found.findings[0]).toMatchObject({ path: ".lacre.yaml", line: 3 });
      expect(found.findings[0].message).toContain(env.LACRE_PIN);
    }
    expect(verify([], { LACRE_PIN: `${env.LACRE_PIN},${identityOf("evil")}` }).status).toBe(3);
    install("evil.list");
    expect(verify([], { LACRE_PIN: `${env.LACRE_PIN}, ${identityOf("evil")}` }).status).toBe(0);
  });

  it("two that nobody can tell apart are refused; keys or a namespace of their own tell them apart", () => {
    const dev = (fields: string) => at.write(".lacre.yaml", `${PROD}  dev: { ${fields} }\n`);
    dev("keys: keys/prod.keys");
    expect(verify()).toMatchObject({ status: 3, rules: ["environments-equal"] });
    dev("keys: keys/prod.keys, namespace: dev");
    expect(verify().status).toBe(0);
    at.write("keys/copy.keys", at.read("keys/prod.keys"));
    dev("keys: keys/copy.keys");
    expect(verify().rules).toEqual(["environments-equal"]);
    install("evil.list", "keys/copy.keys");
    expect(verify().status).toBe(0);
  });

  it("files below an environment's paths are for that environment alone, also one that is called __proto__", () => {
    install("evil.list", "keys/dev.keys");
    for (const name of ["dev", "__proto__"]) {
      const both = `${PROD}  ${name}: { keys: keys/dev.keys, paths: ["dev/**"] }\n`;
      at.write(".lacre.yaml", both);
      const seal = (keys: string) => at.lacre(["seal", "-r", keys], { input: secretYaml("db", { A: "a" }) }).stdout;
      at.write("dev/db.yaml", seal("evil.list"));
      at.write("prod.yaml", seal("prod.list"));
      expect(verify().status).toBe(0);
      at.write("dev/db.yaml", seal("prod.list"));
      expect(verify().rules).toEqual(["sealed-recipient-unknown"]);
      at.write("dev/db.yaml", seal("evil.list"));
      at.write("prod.yaml", seal("evil.list"));
      expect(verify().rules).toEqual(["sealed-recipient-unknown"]);
      fs.rmSync(at.file("prod.yaml"));
      fs.rmSync(at.file("dev"), { recursive: true });
    }
  });
});

describe("verify of what a change makes of environments", () => {
  const range = (env: Record<string, string> = {}, ...args: readonly string[]) =>
    verify(["--range", "HEAD~1..HEAD", ...args], env);

  it("a rotation is none: the identity stays", () => {
    at.lacre(["keys", "rotate", "-k", "prod.store"]);
    at.lacre(["keys", "publish", "-k", "prod.store", "-o", "keys/prod.keys"]);
    commit("rotated");
    expect(range().status).toBe(0);
  });

  it("the list of another identity, a bare key in its place, and a recipient more or less are told with both", () => {
    at.lacre(["keys", "rotate", "-k", "prod.store"]);
    store("twin", "prod");
    for (const [says, change] of [
      ["is sealed for prod (", () => install("twin.list")],
      ["is sealed for the bare key", () => install("bare.pub")],
      ["before it was the bare key", () => install("prod.list")],
    ] as const) {
      change();
      commit("changed");
      const found = range({}, "--no-new-allowances", "--config-from", "HEAD~1");
      expect(found).toMatchObject({ status: 3, rules: ["environment-changed"] });
      expect(found.findings[0].message).toContain(says);
    }
    install("bare.pub", "keys/more.keys");
    at.write(".lacre.yaml", PROD.replace("keys/prod.keys", "[keys/prod.keys, keys/more.keys]"));
    commit("one more");
    const found = range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-changed"] });
    expect(found.findings[0].message).toMatch(/the bare key SHA256:\S+ now; before it was prod \(SHA256:/);
    // From outside of the repository somebody says that it is meant.
    const fingerprints = [...found.findings[0].message.matchAll(/SHA256:[\w-]{43}/g)].join();
    expect(range({ LACRE_PIN: fingerprints }).status).toBe(0);
    at.write(".lacre.yaml", PROD);
    commit("one less");
    expect(range().findings[0].message).toContain("is no longer sealed for the bare key");
  });

  it("an environment that is gone, or renamed, is told, and the new one is a note", () => {
    install("evil.list", "keys/new.keys");
    at.write(".lacre.yaml", PROD.replace("prod:", "prod2:").replace("prod.keys", "new.keys"));
    commit("renamed");
    const found = range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-changed"] });
    expect(found.notes.join()).toContain("this change adds environment prod2, sealed for evil (SHA256:");
    fs.rmSync(at.file(".lacre.yaml"));
    commit("gone");
    expect(range().rules).toEqual(["environment-changed"]);
  });

  it("another branch, other paths and another namespace are told", () => {
    at.write(".lacre.yaml", PROD.replace("prod.keys", "prod.keys, branch: main, paths: [a], namespace: shop"));
    commit("moved");
    const found = range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-moved"] });
    expect(found.findings[0].message).toContain("its branch was none and is main");
  });

  it("nothing in the repository allows any of it", () => {
    install("evil.list");
    at.write(".lacre.yaml", `${PROD}verify: { allow: [{ path: "**", reason: because }] }\n`);
    commit("allowed");
    expect(range().rules).toEqual(["environment-changed"]);
    at.lacre(["verify", "--range", "HEAD~1..HEAD", "--accept", "because"]);
    expect(range().rules).toEqual(["environment-changed"]);
  });
});
