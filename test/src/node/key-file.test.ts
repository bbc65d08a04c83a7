/** Private key files: what lies where others may write is theirs to replace. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readKeyFile } from "../../../src/node/key-file.ts";
import { Workspace } from "../../support/workspace.ts";

const isRoot = process.geteuid?.() === 0;

function keyBelow(mode: number): { readonly above: string; readonly file: string } {
  const above = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-key-"));
  const file = path.join(above, "keys", "prod.key");
  fs.mkdirSync(path.dirname(file));
  fs.writeFileSync(file, "key", { mode: 0o600 });
  fs.chmodSync(above, mode);
  return { above, file };
}

describe("a key file", () => {
  it.each([0o777, 0o775, 0o757, 0o2775])("below a directory of mode %o is not read", (mode) => {
    const { above, file } = keyBelow(mode);
    expect(() => readKeyFile(file, process.env, "prod.key")).toThrow(
      expect.objectContaining({
        code: "KEY_FILE_UNSAFE",
        message: `prod.key lies below ${above}, which may be written by others (mode ${mode.toString(8).padStart(4, "0")})`,
        hint: `as for sshd, a group counts as others, also one's own: chmod go-w ${above}; or keep keys elsewhere`,
      }),
    );
  });

  it("is read below a directory that is sticky, as /tmp is, or that only its owner writes", () => {
    for (const mode of [0o1777, 0o755, 0o700]) expect(readKeyFile(keyBelow(mode).file, process.env).text).toBe("key");
  });

  it.runIf(isRoot)("below a directory of another user is not read", () => {
    const { above, file } = keyBelow(0o755);
    fs.chownSync(above, 4242, 4242);
    expect(() => readKeyFile(file, process.env)).toThrow("belongs to user 4242");
  });

  it("in a work tree is read where Git ignores it, and where it would be committed is not", () => {
    const at = new Workspace();
    at.git("init", "-q");
    const file = at.write("a[1].key", "key", 0o600);
    // A hook's environment names another repository, and says nothing about this one.
    const env = { ...at.env, GIT_DIR: at.file("elsewhere/.git"), GIT_INDEX_FILE: at.file("elsewhere/.git/index") };
    expect(() => readKeyFile(file, env)).toThrow("could be committed");
    at.write(".gitignore", "*.key\n");
    expect(readKeyFile(file, env).text).toBe("key");
    at.git("add", "-f", "a[1].key");
    expect(() => readKeyFile(file, env)).toThrow("could be committed");
  });

  it("that is a pipe is refused, and not waited for", () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-key-")), "pipe");
    spawnSync("mkfifo", ["-m", "600", file]);
    expect(() => readKeyFile(file, process.env)).toThrow("is not a regular file");
  });

  it("that is not there is named in the same words by both programs", async () => {
    const at = await new Workspace().withKey();
    fs.mkdirSync(at.file("src"));
    const sync = ["--source", "directory:src", "--target", "directory:out", "--key-file", "none.key"];
    const words = "none.key: no such file\nhint: check the path\n";
    expect(at.controller([...sync, "--once"]).stderr).toBe(`lacre-controller: error: ${words}`);
    expect((await at.lacre(["keys", "public", "--key-file", "none.key"])).stderr).toBe(`lacre: error: ${words}`);
  });
});

describe("keys below a directory that others may write", () => {
  function shared(): Workspace {
    const at = new Workspace();
    fs.mkdirSync(at.file("team"));
    fs.mkdirSync(at.file("src"));
    fs.chmodSync(at.file("team"), 0o777);
    return at;
  }

  it.each([
    [["keys", "generate", "--key-file", "team/prod.key"]],
    [["keys", "generate", "--cluster", "prod", "--key-file", "team/prod.key"]],
    [["keys", "generate", "--signing", "--key-file", "team/prod.key"]],
    [["keys", "recovery-key", "--output", "team/recovery.key"]],
    [["keys", "recovery-key", "--output", "team/shares", "--shares", "3", "--threshold", "2"]],
  ])("are not made: lacre %j", async (args) => {
    const at = shared();
    const ran = await at.lacre(args);
    expect([ran.status, ran.stderr]).toEqual([
      1,
      expect.stringContaining("which may be written by others (mode 0777)"),
    ]);
    expect(fs.readdirSync(at.file("team"), { recursive: true }).filter((name) => name !== "shares")).toEqual([]);
  });

  it("are not changed by the command line", async () => {
    const at = shared();
    fs.chmodSync(at.file("team"), 0o755);
    expect((await at.lacre(["keys", "generate", "--cluster", "prod", "--key-file", "team/prod.key"])).status).toBe(0);
    const before = at.read("team/prod.key");
    fs.chmodSync(at.file("team"), 0o775);
    const ran = await at.lacre(["keys", "rotate", "--key-file", "team/prod.key"]);
    expect([ran.status, ran.stderr, at.read("team/prod.key")]).toEqual([
      1,
      expect.stringContaining("mode 0775"),
      before,
    ]);
  });

  it("are neither made nor read by the controller", async () => {
    const at = shared();
    const sync = ["--source", "directory:src", "--target", "directory:out", "--key-file", "team/prod.key", "--once"];
    const words = /team\/prod.key lies below .*\/team, which may be written by others \(mode 0777\)\nhint: as for sshd/;
    expect(at.controller([...sync, "--cluster", "prod"]).stderr).toMatch(words);
    expect(fs.readdirSync(at.file("team"))).toEqual([]);
    await at.withKey();
    fs.renameSync(at.file("prod.key"), at.file("team/prod.key"));
    const read = at.controller(sync);
    expect([read.status, read.stderr]).toEqual([1, expect.stringMatching(words)]);
  });
});
