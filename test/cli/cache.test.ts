/** The cache of the command line: nobody else puts code or tags into it. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const CACHE = ".home/.cache/lacre";
const SEAL = ["seal", "-i", "-r", "prod.pub", "db.yaml"];
const modeOf = (at: Workspace, name: string) => fs.statSync(at.file(name)).mode & 0o777;

async function workspace(): Promise<Workspace> {
  const at = await new Workspace().withKey();
  at.write("db.yaml", secretYaml("db", { A: "x" }));
  fs.rmSync(at.file(".home/.cache"), { recursive: true, force: true });
  return at;
}

describe("the cache directory", () => {
  it("is 0700 under every umask", async () => {
    const at = await workspace();
    expect(at.sh("umask 000; $LACRE seal -i -r prod.pub db.yaml", { env: at.env }).status).toBe(0);
    expect(modeOf(at, CACHE)).toBe(0o700);
    expect(fs.readdirSync(at.file(CACHE)).sort()).toEqual(["compiled", "seal-cache", "seal-cache.key"]);
  });

  it("that others could enter is tightened; code in it is made anew, and what was sealed is remembered", async () => {
    const at = await workspace();
    at.lacreProcess(SEAL);
    at.write(`${CACHE}/compiled/seal/planted`, "code");
    fs.chmodSync(at.file(CACHE), 0o755);
    const tags = at.read(`${CACHE}/seal-cache`);
    at.lacreProcess(["--help"]);
    expect(modeOf(at, CACHE)).toBe(0o700);
    expect(fs.existsSync(at.file(`${CACHE}/compiled/seal/planted`))).toBe(false);
    expect(at.read(`${CACHE}/seal-cache`)).toBe(tags);
  });

  it("that others could write is emptied before it is used", async () => {
    const at = await workspace();
    at.write(`${CACHE}/compiled/seal/planted`, "code");
    at.write(`${CACHE}/seal-cache.key`, new Uint8Array(32), 0o600);
    fs.chmodSync(at.file(CACHE), 0o777);
    expect(at.lacreProcess(SEAL).status).toBe(0);
    expect(fs.existsSync(at.file(`${CACHE}/compiled/seal/planted`))).toBe(false);
    expect(fs.readFileSync(at.file(`${CACHE}/seal-cache.key`)).equals(Buffer.alloc(32))).toBe(false);
  });

  it("below a directory that others may write is not used", async () => {
    const at = await workspace();
    fs.mkdirSync(at.file(".home/.cache"));
    fs.chmodSync(at.file(".home/.cache"), 0o777);
    expect(at.lacreProcess(SEAL).status).toBe(0);
    expect(fs.existsSync(at.file(`${CACHE}/compiled`))).toBe(false);
    expect(fs.existsSync(at.file(`${CACHE}/seal-cache`))).toBe(false);
  });

  it("is not one of the work tree, whatever a relative XDG_CACHE_HOME says", async () => {
    const at = await workspace();
    expect(at.lacreProcess(SEAL, { env: { XDG_CACHE_HOME: "cache" } }).status).toBe(0);
    expect([fs.existsSync(at.file("cache")), fs.existsSync(at.file(CACHE))]).toEqual([false, true]);
  });

  it.each(["", "."])("is not one of the work tree where HOME is %o", async (home) => {
    const at = await workspace();
    expect(at.lacreProcess(["--help"], { env: { HOME: home, XDG_CACHE_HOME: "" } }).status).toBe(0);
    expect(fs.existsSync(at.file(".cache"))).toBe(false);
  });
});

describe("the files of the seal cache", () => {
  it.each(["seal-cache", "seal-cache.key"])("%s follows no link, and one in its place is replaced", async (name) => {
    const at = await workspace();
    await at.lacre(SEAL);
    at.write("other", "untouched", 0o600);
    fs.rmSync(at.file(`${CACHE}/${name}`));
    fs.symlinkSync(at.file("other"), at.file(`${CACHE}/${name}`));
    at.write("db.yaml", secretYaml("db", { A: "y" }));
    expect((await at.lacre(SEAL)).status).toBe(0);
    expect(at.read("other")).toBe("untouched");
    expect(fs.lstatSync(at.file(`${CACHE}/${name}`)).isFile()).toBe(true);
  });

  it("that others could read is not trusted", async () => {
    const at = await workspace();
    await at.lacre(SEAL);
    const key = fs.readFileSync(at.file(`${CACHE}/seal-cache.key`));
    fs.chmodSync(at.file(`${CACHE}/seal-cache.key`), 0o644);
    at.write("db.yaml", secretYaml("db", { A: "x" }));
    await at.lacre(SEAL);
    expect(fs.readFileSync(at.file(`${CACHE}/seal-cache.key`)).equals(key)).toBe(false);
    expect(modeOf(at, `${CACHE}/seal-cache.key`)).toBe(0o600);
  });
});
