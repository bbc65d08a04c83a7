/**
 * What only the built program is: that main hands the process to the commands whole. All else about commands is tested in
 * process; this is what such tests take for granted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { DIST } from "../support/test-context.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const MAIN = path.join(DIST, "cli/main.cjs");
/** Says so on standard output when the command asks for standard input, which it does with its handlers in place. */
const TOLD = `data:text/javascript,${encodeURIComponent('const { stdin } = process; const on = stdin.on; stdin.on = (...args) => (process.stdout.write("r"), on.apply(stdin, args));')}`;
const SEAL = ["seal", "-r", "prod.pub"];

describe("the process of lacre", () => {
  it("gives what is piped in, writes the result to standard output and talk to standard error", async () => {
    const at = await new Workspace().withKey();
    const ran = at.lacreProcess(SEAL, { input: secretYaml("db", { A: "hunter2" }) });
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect([ran.stdout, ran.isBareKeyTold]).toEqual([expect.stringMatching(/^ {6}sealed: lacre1\./m), true]);
    const opened = at.lacreProcess(["open", "-k", "prod.key"], { input: ran.stdout });
    expect([opened.status, opened.stdout]).toEqual([0, expect.stringContaining("A: hunter2\n")]);
  });

  it("gives the environment and the directory that it runs in", async () => {
    const at = await new Workspace().withKey();
    at.write("below/db.yaml", at.lacreProcess(SEAL, { input: secretYaml("db", { A: "x" }) }).stdout);
    const env = { LACRE_KEY_FILE: "../prod.key" };
    const ran = at.lacreProcess(["open", "db.yaml"], { env, cwd: at.file("below") });
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining("A: x\n")]);
  });

  it("ends with the status of the run, and with everything written", async () => {
    const at = await new Workspace().withKey();
    for (const [args, status] of [
      [["inspect", "none.yaml"], 1],
      [["seal", "--what"], 2],
      [["sealing"], 2],
      [["keys"], 2],
      [["seal", "--help"], 0],
    ] as const)
      expect([args, at.lacreProcess(args).status]).toEqual([args, status]);
    // More than a pipe holds, and more than one slice.
    const text = Array.from({ length: 2_000 }, (_, n) => secretYaml(`s${n}`, { A: "x" })).join("---\n");
    const sealed = at.lacreProcess(SEAL, { input: text });
    expect([sealed.status, sealed.stdout.length > 1 << 20]).toEqual([0, true]);
    expect(sealed.stdout.match(/^kind: SealedSecret$/gm)).toHaveLength(2_000);
  });

  it("whose output nobody reads, or cannot be written, ends with 1 and one line, also for help", async () => {
    const at = await new Workspace().withKey();
    const closed = at.sh("{ sleep 0.3; $LACRE seal --help; echo $? > status; } | true; cat status");
    expect([closed.stdout, closed.stderr]).toEqual([
      "1\n",
      expect.stringMatching(/^lacre: error: the reader of the output has gone\nhint: .*\n$/),
    ]);
    expect(at.sh("$LACRE keys public -k prod.key > /dev/full").stderr).toMatch(
      /^lacre: error: standard output cannot be/,
    );
    const version = at.sh("$LACRE --version > /dev/full");
    expect([version.status, version.stderr]).toEqual([1, "lacre: error: standard output cannot be written\n"]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("ends on %s with %i", async (signal, status) => {
    const at = await new Workspace().withKey();
    const env = { ...at.env, NODE_OPTIONS: `--import ${TOLD}` };
    const child = spawn(process.execPath, [MAIN, ...SEAL], { cwd: at.path, env, stdio: ["pipe", "pipe", "ignore"] });
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([status, null]);
  });

  it("that is ended at a question leaves nothing in memory", async () => {
    const at = await new Workspace().withKey();
    at.write("db.yaml", at.lacreProcess(SEAL, { input: secretYaml("db", { A: "x" }) }).stdout);
    const runtime = fs.mkdtempSync("/dev/shm/runtime-");
    at.write("mistake", "stringData:\n  A: [1\n");
    const line = `trap : INT; XDG_RUNTIME_DIR=${runtime} EDITOR='ls ${runtime}; cp mistake' $LACRE edit db.yaml -r prod.pub; echo ended $?`;
    const screen = await at.onTerminal(line, ["press Enter", "\u0003"]);
    expect(screen).toMatch(/^lacre-\d+-/m);
    expect(screen).toContain("ended 130");
    expect(fs.readdirSync(runtime)).toEqual([]);
    fs.rmSync(runtime, { recursive: true });
  });

  it("answers --version before any chunk is loaded but the bundler's own", () => {
    const at = new Workspace();
    for (const name of ["main.cjs", "chunks/rolldown-runtime.cjs"])
      at.write(name, fs.readFileSync(path.join(DIST, "cli", name)));
    const alone = (word: string) => at.sh(`${process.execPath} main.cjs ${word}`);
    expect(alone("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(alone("--help").stderr).toContain("MODULE_NOT_FOUND");
  });

  it("is called by the hooks that it sets up, and starts the controller that it came with", async () => {
    const at = await new Workspace().withKey();
    at.git("init", "-q");
    at.write(".git/info/exclude", ".home\nprod.key\n");
    expect(at.lacreProcess(["init"]).status).toBe(0);
    at.git("add", "-A");
    expect(at.git("commit", "-qm", "set up")).toMatchObject({ status: 0, stderr: "" });
    at.write("plain.yaml", secretYaml("db", { A: "hunter2" }));
    at.git("add", "-A");
    expect(at.git("commit", "-qm", "a mistake")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("kubernetes-secret-plaintext"),
    });
    at.write("git/db.yaml", at.lacreProcess(SEAL, { input: secretYaml("db", { A: "x" }) }).stdout);
    const sync = ["sync", "--source", "directory:git", "--target", "directory:out", "-k", "prod.key"];
    expect(at.lacreProcess(sync)).toMatchObject({ status: 0, stdout: expect.stringContaining("+ shop/db\n") });
    expect(at.read("out/shop/db/A")).toBe("x");
  });

  it("is as wide as its terminal", async () => {
    const at = new Workspace();
    const widest = async (columns: number) => {
      const screen = await at.onTerminal(`stty cols ${columns}; $LACRE verify --help`);
      return Math.max(...screen.split(/\r?\n/).map((line) => line.length));
    };
    expect(await widest(200)).toBeGreaterThan(await widest(90));
  });
});
