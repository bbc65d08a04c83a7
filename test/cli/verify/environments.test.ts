/** What verify says of the environments: whom they are sealed for, and what a change makes of it. */
import * as fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const PROD = "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n";

let at: Workspace;
const store = async (name: string, cluster = name) => {
  const made = await at.lacre(["keys", "generate", "--cluster", cluster, "-k", `${name}.store`]);
  return at.write(`${name}.list`, made.stdout);
};
const install = (from: string, to = "keys/prod.keys") => fs.copyFileSync(at.file(from), at.file(to));
const commit = (message: string) => {
  at.git("add", "-A");
  expect(at.git("commit", "-qm", message).status).toBe(0);
};
const identityOf = async (name: string) =>
  /SHA256:[\w-]{43}/.exec((await at.lacre(["keys", "list", `${name}.list`])).stdout)?.[0] ?? "none";
const verify = async (args: readonly string[] = [], env: Record<string, string> = {}) => {
  const ran = await at.lacre(["verify", "--json", ...args], { env });
  const { findings, notes } = JSON.parse(ran.stdout);
  return { status: ran.status, rules: findings.map(({ rule }: { rule: string }) => rule), findings, notes };
};

beforeEach(async () => {
  at = await new Workspace().withKey("bare");
  for (const name of ["prod", "evil"]) await store(name);
  at.write(".gitignore", "*.key\n*.store\n*.list\n*.pub\n.home\n");
  at.write(".lacre.yaml", PROD);
  at.write("keys/prod.keys", at.read("prod.list"));
  at.git("init", "-q");
  commit("base");
});

describe("verify of environments as they are", () => {
  it("one whose keys are missing, or empty, is a finding, wherever it is looked for", async () => {
    expect((await verify()).status).toBe(0);
    fs.rmSync(at.file("keys/prod.keys"));
    expect(await verify()).toMatchObject({ status: 3, rules: ["environment-keys-missing"] });
    at.write("keys/prod.keys", "");
    expect(await verify()).toMatchObject({ status: 3, rules: ["environment-keys-missing"] });
    commit("gone");
    expect((await verify(["--range", "HEAD~1..HEAD"])).rules).toEqual(["environment-keys-missing"]);
  });

  it("the hook lets what init makes be committed before its keys, and stops who takes keys away", async () => {
    const added = new Workspace();
    added.git("init", "-q");
    added.write(".gitignore", ".home\n");
    await added.lacre(["init"]);
    added.git("add", "-A");
    expect(added.git("commit", "-qm", "init").status).toBe(0);
    expect((await added.lacre(["verify"])).status).toBe(3);
    fs.rmSync(at.file("keys/prod.keys"));
    at.git("add", "-A");
    expect((await verify(["--staged"])).rules).toEqual(["environment-keys-missing"]);
  });

  it("LACRE_PIN names all that may be sealed for: a list of another identity and a bare key are findings", async () => {
    const env = { LACRE_PIN: await identityOf("prod") };
    expect((await verify([], env)).status).toBe(0);
    for (const other of ["evil.list", "bare.pub"]) {
      install(other);
      const found = await verify([], env);
      expect(found).toMatchObject({ status: 3, rules: ["environment-not-pinned"] });
      expect(found.findings[0]).toMatchObject({ path: ".lacre.yaml", line: 3 });
      expect(found.findings[0].message).toContain("whom LACRE_PIN does not name");
    }
    expect((await verify([], { LACRE_PIN: `${env.LACRE_PIN},${await identityOf("evil")}` })).status).toBe(3);
    install("evil.list");
    expect((await verify([], { LACRE_PIN: `${env.LACRE_PIN}, ${await identityOf("evil")}` })).status).toBe(0);
  });

  it("two that nobody can tell apart are refused; keys or a namespace of their own tell them apart", async () => {
    const dev = (fields: string) => at.write(".lacre.yaml", `${PROD}  dev: { ${fields} }\n`);
    dev("keys: keys/prod.keys");
    expect(await verify()).toMatchObject({ status: 3, rules: ["environments-equal"] });
    dev("keys: keys/prod.keys, namespace: dev");
    expect((await verify()).status).toBe(0);
    at.write("keys/copy.keys", at.read("keys/prod.keys"));
    dev("keys: keys/copy.keys");
    expect((await verify()).rules).toEqual(["environments-equal"]);
    install("evil.list", "keys/copy.keys");
    expect((await verify()).status).toBe(0);
  });

  it("files below an environment's paths are for that environment alone, also one that is called __proto__", async () => {
    install("evil.list", "keys/dev.keys");
    for (const name of ["dev", "__proto__"]) {
      const both = `${PROD}  ${name}: { keys: keys/dev.keys, paths: ["dev/**"] }\n`;
      at.write(".lacre.yaml", both);
      const seal = async (keys: string) =>
        (await at.lacre(["seal", "-r", keys], { input: secretYaml("db", { A: "a" }) })).stdout;
      at.write("dev/db.yaml", await seal("evil.list"));
      at.write("prod.yaml", await seal("prod.list"));
      expect((await verify()).status).toBe(0);
      at.write("dev/db.yaml", await seal("prod.list"));
      expect((await verify()).rules).toEqual(["sealed-recipient-unknown"]);
      at.write("dev/db.yaml", await seal("evil.list"));
      at.write("prod.yaml", await seal("evil.list"));
      expect((await verify()).rules).toEqual(["sealed-recipient-unknown"]);
      fs.rmSync(at.file("prod.yaml"));
      fs.rmSync(at.file("dev"), { recursive: true });
    }
  });
});

describe("verify of what a change makes of environments", () => {
  const range = (env: Record<string, string> = {}, ...args: readonly string[]) =>
    verify(["--range", "HEAD~1..HEAD", ...args], env);

  it("a rotation is none: the identity stays", async () => {
    await at.lacre(["keys", "rotate", "-k", "prod.store"]);
    await at.lacre(["keys", "publish", "-k", "prod.store", "-o", "keys/prod.keys"]);
    commit("rotated");
    expect((await range()).status).toBe(0);
  });

  it("the list of another identity, a bare key in its place, and a recipient more or less are told with both", async () => {
    await at.lacre(["keys", "rotate", "-k", "prod.store"]);
    await store("twin", "prod");
    for (const [says, change] of [
      ["is sealed for prod (", () => install("twin.list")],
      ["is sealed for the bare key", () => install("bare.pub")],
      ["before it was the bare key", () => install("prod.list")],
    ] as const) {
      change();
      commit("changed");
      const found = await range({}, "--no-new-allowances", "--config-from", "HEAD~1");
      expect(found).toMatchObject({ status: 3, rules: ["environment-changed"] });
      expect(found.findings[0].message).toContain(says);
    }
    install("bare.pub", "keys/more.keys");
    at.write(".lacre.yaml", PROD.replace("keys/prod.keys", "[keys/prod.keys, keys/more.keys]"));
    commit("one more");
    const found = await range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-changed"] });
    expect(found.findings[0].message).toMatch(/the bare key SHA256:\S+ now; before it was prod \(SHA256:/);
    // From outside of the repository somebody says that it is meant.
    const fingerprints = [...found.findings[0].message.matchAll(/SHA256:[\w-]{43}/g)].join();
    expect((await range({ LACRE_PIN: fingerprints })).status).toBe(0);
    at.write(".lacre.yaml", PROD);
    commit("one less");
    expect((await range()).findings[0].message).toContain("is no longer sealed for the bare key");
  });

  it("an environment that is gone, or renamed, is told, and the new one is a note", async () => {
    install("evil.list", "keys/new.keys");
    at.write(".lacre.yaml", PROD.replace("prod:", "prod2:").replace("prod.keys", "new.keys"));
    commit("renamed");
    const found = await range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-changed", "environment-moved"] });
    expect(found.notes.join()).toContain("this change adds environment prod2, sealed for evil (SHA256:");
    fs.rmSync(at.file(".lacre.yaml"));
    commit("gone");
    expect((await range()).rules).toEqual(["environment-changed"]);
  });

  it("another branch, other paths and another namespace are told", async () => {
    at.write(".lacre.yaml", PROD.replace("prod.keys", "prod.keys, branch: main, paths: [a], namespace: shop"));
    commit("moved");
    const found = await range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-moved"] });
    expect(found.findings[0].message).toContain('its branch was none and is "main"');
  });

  it("nothing in the repository allows any of it", async () => {
    install("evil.list");
    at.write(".lacre.yaml", `${PROD}verify: { allow: [{ path: "**", reason: because }] }\n`);
    commit("allowed");
    expect((await range()).rules).toEqual(["environment-changed"]);
    await at.lacre(["verify", "--range", "HEAD~1..HEAD", "--accept", "because"]);
    expect((await range()).rules).toEqual(["environment-changed"]);
  });

  it("the default that moves to another environment is told", async () => {
    install("evil.list", "keys/dev.keys");
    const both = `${PROD}  dev: { keys: keys/dev.keys }\n`;
    at.write(".lacre.yaml", `${both}defaultEnvironment: prod\n`);
    commit("two");
    at.write(".lacre.yaml", `${both}defaultEnvironment: dev\n`);
    commit("moved");
    const found = await range();
    expect(found).toMatchObject({ status: 3, rules: ["environment-moved"] });
    expect(found.findings[0].message).toContain("environment dev is the default now; before it was prod");
  });

  it("words that people would read as nothing, and patterns that are joined, are changes", async () => {
    for (const fields of ["namespace: none", "branch: none", 'paths: ["a, b"]', 'paths: ["a", "b"]']) {
      at.write(".lacre.yaml", PROD.replace("prod.keys", `prod.keys, ${fields}`));
      commit(fields);
      expect([fields, (await range()).rules]).toEqual([fields, ["environment-moved"]]);
    }
  });

  it("a list with a lower serial, that was valid once, is told", async () => {
    await at.lacre(["keys", "rotate", "-k", "prod.store"]);
    await at.lacre(["keys", "publish", "-k", "prod.store", "-o", "keys/prod.keys"]);
    commit("rotated");
    install("prod.list");
    commit("rolled back");
    expect((await range()).rules).toEqual(["environment-list-old"]);
    expect((await range({ LACRE_PIN: await identityOf("prod") })).rules).toEqual(["environment-list-old"]);
  });

  it("LACRE_PIN with several fingerprints hides no change between environments, unless it names them", async () => {
    install("evil.list", "keys/dev.keys");
    at.write(".lacre.yaml", `${PROD}  dev: { keys: keys/dev.keys, namespace: dev }\ndefaultEnvironment: prod\n`);
    commit("two");
    const [prod, evil] = [await identityOf("prod"), await identityOf("evil")];
    expect((await range({ LACRE_PIN: `${prod},${evil}` })).status).toBe(0);
    install("evil.list");
    commit("prod is dev");
    expect((await range({ LACRE_PIN: `${prod},${evil}` })).rules).toEqual(["environment-changed"]);
    expect((await range({ LACRE_PIN: `prod=${prod},dev=${evil}` })).rules).toContain("environment-not-pinned");
    expect((await range({ LACRE_PIN: `prod=${evil},dev=${evil}` })).status).toBe(0);
    at.write(".lacre.yaml", PROD.replace("keys/prod.keys", "[keys/prod.keys, keys/more.keys]"));
    install("bare.pub", "keys/more.keys");
    commit("with recovery");
    const bare = /bare key (SHA256:[\w-]{43})/.exec(JSON.stringify((await range()).findings))?.[1];
    at.write(".lacre.yaml", PROD);
    commit("without it");
    expect((await range({ LACRE_PIN: `${evil},${bare}` })).rules).toEqual(["environment-changed"]);
    expect((await range({ LACRE_PIN: evil })).status).toBe(0);
  });

  it("every .lacre.yaml of the tree is judged, from wherever verify runs", async () => {
    at.write("apps/a/.lacre.yaml", PROD);
    install("prod.list", "keys/prod.keys");
    at.write("apps/a/keys/prod.keys", at.read("prod.list"));
    commit("nested");
    expect((await range()).notes.join()).toContain("apps/a/.lacre.yaml: this change adds environment");
    install("evil.list", "apps/a/keys/prod.keys");
    commit("swapped");
    expect((await range()).findings).toMatchObject([{ rule: "environment-changed", path: "apps/a/.lacre.yaml" }]);
    expect((await verify([], { LACRE_PIN: await identityOf("prod") })).rules).toEqual(["environment-not-pinned"]);
    fs.rmSync(at.file("apps/a/keys/prod.keys"));
    expect((await verify()).rules).toEqual(["environment-keys-missing"]);
    at.write(".lacre.yaml", `${PROD}verify: { allow: [{ path: "apps/**", reason: an example }] }\n`);
    expect((await verify()).status).toBe(0);
  });

  it("--config-from judges what is there now, and compares it with the revision", async () => {
    at.git("branch", "base");
    install("evil.list");
    expect((await verify(["--config-from", "base"])).rules).toEqual(["environment-changed"]);
    fs.rmSync(at.file("keys/prod.keys"));
    expect((await verify(["--config-from", "base"])).rules).toEqual(["environment-keys-missing"]);
  });

  it("the hook tells what moves, and stops nobody: it is the user's own work", async () => {
    install("evil.list");
    at.git("add", "-A");
    const found = await verify(["--staged"]);
    expect([found.status, found.notes.join()]).toEqual([0, expect.stringContaining("is sealed for evil (SHA256:")]);
  });

  it("an environment that names a file twice, or twice the same keys, is not another one", async () => {
    at.write("keys/copy.keys", at.read("keys/prod.keys"));
    at.write(".lacre.yaml", `${PROD}  dev: { keys: [keys/copy.keys, keys/prod.keys] }\n`);
    expect((await verify()).rules).toEqual(["environments-equal"]);
    at.write(".lacre.yaml", `${PROD}  dev: { keys: [keys/prod.keys, keys/prod.keys] }\n`);
    expect((await at.lacre(["verify"])).stderr).toContain("names a file twice");
  });

  it("a path that is absolute, leads out, or holds a NUL is none, for seal and for verify", async () => {
    for (const keys of [at.file("keys/prod.keys"), "../x", "a/../../x", '"keys/\\0x"', ".", "''"]) {
      at.write(".lacre.yaml", PROD.replace("keys/prod.keys", keys));
      for (const args of [["verify"], ["seal"]]) {
        const ran = await at.lacre(args, { input: secretYaml("db", { A: "a" }) });
        expect([keys, ran.status, ran.stderr]).toEqual([
          keys,
          1,
          expect.stringMatching(/leads out of its directory|is empty/),
        ]);
      }
    }
  });

  it("a LACRE_PIN that is set and empty is no check that passed", async () => {
    const ran = await at.lacre(["verify"], { env: { LACRE_PIN: "" } });
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("LACRE_PIN is set and empty")]);
  });

  it("what one parent of a merge brings is a change for the other, and a base that cannot be read is told", async () => {
    at.git("checkout", "-qb", "side");
    install("evil.list");
    commit("side");
    at.git("checkout", "-q", "-");
    at.write("other", "x");
    commit("main");
    at.git("merge", "-q", "--no-edit", "side");
    for (const revisions of ["HEAD^!", "HEAD~1..HEAD"])
      expect([revisions, (await verify(["--range", revisions])).rules]).toEqual([revisions, ["environment-changed"]]);
    at.write("sub/.lacre.yaml", "version: 2\n");
    commit("nested and broken");
    expect([(await range()).status, (await range()).notes.join()]).toEqual([
      0,
      expect.stringContaining("sub/.lacre.yaml"),
    ]);
    fs.rmSync(at.file("sub"), { recursive: true });
    commit("mended");
    expect((await range()).status).toBe(0);
  });

  it("the hook lets one environment wait for its keys, and not another on its line", async () => {
    at.write(".lacre.yaml", PROD.replace(/ {2}prod: .*/, "  prod: { keys: keys/prod.keys }"));
    fs.rmSync(at.file("keys/prod.keys"));
    at.write(
      ".lacre.yaml",
      "version: 1\nenvironments: { prod: { keys: keys/prod.keys }, new: { keys: keys/new.keys } }\n",
    );
    at.git("add", "-A");
    expect((await verify(["--staged"])).rules).toEqual(["environment-keys-missing"]);
  });

  it("a .lacre.yaml that Git ignores is judged where it is obeyed", async () => {
    at.write(".gitignore", "*.key\n*.store\n*.list\n*.pub\n.home\nmine\n");
    at.write("mine/.lacre.yaml", PROD);
    install("evil.list", "mine/evil.keys");
    const ran = await at.lacre(["verify"], { cwd: at.file("mine"), env: { LACRE_PIN: await identityOf("prod") } });
    expect([ran.status, ran.stdout]).toEqual([3, expect.stringContaining("environment-keys-missing")]);
  });
});
