/** From the files of an earlier build: README.md. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const FIXTURES = path.join(import.meta.dirname, "standalone");

describe("the files of an earlier version", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-upgrade-"));
  const file = (name: string) => path.join(directory, name);
  const repo = file("repo");
  const run = (program: string, args: readonly string[], input = "") => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: directory };
    const ran = spawnSync(process.execPath, [path.join(ROOT, "dist", program), ...args], {
      cwd: repo,
      input,
      encoding: "utf8",
      env,
    });
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  };
  const lacre = (args: readonly string[], input = "") => run("cli/main.cjs", args, input);

  beforeAll(() => {
    fs.cpSync(FIXTURES, directory, { recursive: true });
    for (const name of ["prod.store", "bare.key"]) fs.chmodSync(file(name), 0o600);
    for (const [name, place] of [
      ["pins.json", ".config/lacre"],
      ["seal-cache", ".cache/lacre"],
      ["seal-cache.key", ".cache/lacre"],
    ] as const) {
      fs.mkdirSync(file(place), { recursive: true, mode: 0o700 });
      fs.renameSync(file(name), path.join(file(place), name));
      fs.chmodSync(path.join(file(place), name), 0o600);
    }
    spawnSync("git", ["init", "-q"], { cwd: repo });
  });
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("sealed files open with the key store and with the bare key, to the values that were sealed", () => {
    for (const [key, name] of [
      ["prod.store", "prod"],
      ["bare.key", "bare"],
    ] as const) {
      const opened = lacre(["open", "-k", file(key), `secrets/${name}.yaml`]);
      expect([opened.status, opened.stderr]).toEqual([0, expect.anything()]);
      expect(opened.stdout).toMatch(/A: alpha[\s\S]*B: "?two words/);
    }
  });

  it("the baseline goes on accepting what it accepted, and nothing else is found", () => {
    const verified = lacre(["verify"]);
    expect([verified.status, verified.stderr + verified.stdout]).toEqual([
      0,
      expect.stringContaining("1 finding allowed"),
    ]);
    fs.writeFileSync(
      path.join(repo, "secrets/new.yaml"),
      "apiVersion: v1\nkind: Secret\nmetadata: {name: n}\nstringData: {A: Yw7Rt4pLsZq8vK2m}\n",
    );
    expect(lacre(["verify"]).status).toBe(3);
    fs.rmSync(path.join(repo, "secrets/new.yaml"));
  });

  it("the identity that was pinned is known: it is asked about once more, by its name, and sealed for then", () => {
    const plain = "apiVersion: v1\nkind: Secret\nmetadata: { name: one, namespace: shop }\nstringData: { A: a }\n";
    const unpinned = lacre(["seal", "-e", "prod"], plain);
    expect([unpinned.status, unpinned.stdout, unpinned.stderr]).toEqual([
      6,
      "",
      expect.stringContaining("the same as was pinned for the cluster prod"),
    ]);
    const [fingerprint = ""] = /SHA256:[\w-]{43}/.exec(unpinned.stderr) ?? [];
    expect(fs.readFileSync(path.join(directory, ".config/lacre/pins.json"), "utf8")).toContain(fingerprint);
    expect(lacre(["keys", "pin", "keys/prod.keys", "--fingerprint", fingerprint]).status).toBe(0);
    expect(lacre(["seal", "-e", "prod"], plain).stderr).toMatch(/^sealing for prod \(\w{8}\)/m);
  });

  it("a pinned list is sealed for, and a rotation in the old key store keeps its identity and every old key", () => {
    const before = fs.readFileSync(path.join(repo, "keys/prod.keys"), "utf8");
    const identityOf = (text: string) => /^identity: (.*)$/m.exec(text)?.[1];
    expect(lacre(["keys", "rotate", "-k", file("prod.store")]).status).toBe(0);
    expect(lacre(["keys", "publish", "-k", file("prod.store"), "-o", "keys/prod.keys"]).status).toBe(0);
    const after = fs.readFileSync(path.join(repo, "keys/prod.keys"), "utf8");
    expect(identityOf(after)).toBe(identityOf(before));
    expect(after.match(/^key: /gm)?.length).toBe(4);
    const opened = lacre(["open", "-k", file("prod.store"), "secrets/prod.yaml"]);
    expect(opened.stdout).toContain("alpha");
  });

  it("a controller goes on from the old inventory: it writes what is in Git, and removes what was its own and is not", () => {
    fs.mkdirSync(file("source"));
    fs.copyFileSync(path.join(repo, "secrets/prod.yaml"), file("source/prod.yaml"));
    fs.mkdirSync(file("target/..lacre"), { recursive: true, mode: 0o700 });
    fs.chmodSync(file("target"), 0o700);
    fs.copyFileSync(file("inventory.json"), file("target/..lacre/inventory.json"));
    fs.chmodSync(file("target/..lacre/inventory.json"), 0o600);
    const once = run("controller/main.js", [
      "--source",
      `directory:${file("source")}`,
      "--target",
      `directory:${file("target")}`,
      "--key-file",
      file("prod.store"),
      "--once",
    ]);
    expect([once.status, once.stderr + once.stdout]).toEqual([0, expect.anything()]);
    expect(fs.readFileSync(file("target/shop/prod/A"), "utf8")).toBe("alpha");
    expect(fs.existsSync(file("target/shop/bare"))).toBe(false);
  });
});
