/** Whom an environment is sealed for: a writer of the repository cannot change it unseen. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

describe("the pin of an environment", () => {
  let at: Workspace;
  const seal = (name = "db") => at.lacre(["seal", "--no-cache"], { input: secretYaml(name, { A: "a" }) });
  const generate = (name: string, cluster: string) => {
    const made = at.lacre(["keys", "generate", "--cluster", cluster, "-k", `${name}.store`]);
    expect(made.status).toBe(0);
    at.write(`${name}.keys`, made.stdout);
  };
  const install = (name: string) => fs.copyFileSync(at.file(`${name}.keys`), at.file("keys/prod.keys"));
  beforeEach(() => {
    at = new Workspace().withKey("bare");
    generate("prod", "prod");
    at.write("keys/prod.keys", at.read("prod.keys"));
    at.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n");
    at.write(".gitignore", "*.key\n*.store\n");
    spawnSync("git", ["init", "-q"], { cwd: at.file(".") });
    expect(seal().status).toBe(0);
  });

  it("a list of another identity is refused, whatever its cluster is called", () => {
    for (const cluster of ["prod", "prod-2"]) {
      generate(`evil-${cluster}`, cluster);
      install(`evil-${cluster}`);
      const ran = seal();
      expect([ran.status, ran.stdout, ran.stderr]).toEqual([6, "", expect.stringContaining("pinned is prod (SHA256:")]);
      expect(ran.stderr).not.toContain("--replace");
    }
  });

  it("a bare key in place of the list, beside it, and a recipient that is gone are refused", () => {
    fs.copyFileSync(at.file("bare.pub"), at.file("keys/prod.keys"));
    expect(seal().status).toBe(6);
    at.write("keys/prod.keys", at.read("prod.keys"));
    fs.copyFileSync(at.file("bare.pub"), at.file("keys/more.pub"));
    at.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: [keys/prod.keys, keys/more.pub] }\n");
    const more = seal();
    expect([more.status, more.stderr]).toEqual([6, expect.stringContaining("the bare key SHA256:")]);
    // The user has compared it with who has the key.
    const fingerprint = /bare key (SHA256:[\w-]{43})/.exec(more.stderr)?.[1] ?? "";
    expect(at.lacre(["keys", "pin", "keys/more.pub", "--fingerprint", `${fingerprint.slice(0, -1)}_`]).status).toBe(6);
    expect(at.lacre(["keys", "pin", "keys/more.pub", "--fingerprint", fingerprint]).status).toBe(0);
    expect(seal().status).toBe(0);
    at.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n");
    const gone = seal();
    expect([gone.status, gone.stderr]).toEqual([6, expect.stringContaining("is no longer sealed for the bare key")]);
  });

  it("a bare key that was pinned is not replaced by another", () => {
    at.write(".lacre.yaml", "version: 1\nenvironments:\n  dev: { keys: bare.pub }\n");
    expect(seal().status).toBe(0);
    at.withKey("other");
    fs.copyFileSync(at.file("other.pub"), at.file("bare.pub"));
    expect(seal().status).toBe(6);
  });

  it("LACRE_PIN holds for bare keys too", () => {
    fs.copyFileSync(at.file("bare.pub"), at.file("keys/prod.keys"));
    const identity = /SHA256:[\w-]{43}/.exec(fs.readFileSync(at.file("prod.keys"), "utf8"))?.[0] ?? "SHA256:x";
    const ran = at.lacre(["seal", "--no-cache"], { input: secretYaml("db", { A: "a" }), env: { LACRE_PIN: identity } });
    expect([ran.status, ran.stdout]).toEqual([6, ""]);
  });

  it("reseal with a key store moves to the store's own newest key, also where the list lags behind", () => {
    at.write("db.yaml", seal().stdout);
    expect(at.lacre(["keys", "rotate", "-k", "prod.store"]).status).toBe(0);
    expect(at.lacre(["reseal", "-k", "prod.store", "db.yaml"]).status).toBe(0);
    const newest = /([0-9a-f]{8}) active/.exec(
      at.lacre(["keys", "publish", "-k", "prod.store", "-o", "new.keys"]).stderr,
    )?.[1];
    expect(at.lacre(["inspect", "db.yaml"]).stdout).toContain(newest ?? "none");
  });

  it("reseal with a key store refuses an environment that has none of its keys, also where nothing is pinned", () => {
    at.write("db.yaml", seal().stdout);
    const before = at.read("db.yaml");
    generate("evil", "prod");
    install("evil");
    for (const env of [{}, { XDG_CONFIG_HOME: at.file("fresh") }]) {
      const ran = at.lacre(["reseal", "-k", "prod.store", "db.yaml"], { env });
      expect([ran.status, ran.stderr]).toEqual([6, expect.stringMatching(/pinned is prod|prod.store has no such key/)]);
      expect(at.read("db.yaml")).toBe(before);
    }
  });
});
