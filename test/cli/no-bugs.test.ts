/** What a user can do to a command is never called a bug in lacre, and each error has a next step, in both programs. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/node/exit-status.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const COMMANDS: readonly (readonly string[])[] = [
  ["inspect", "IT"],
  ["open", "-k", "prod.key", "IT"],
  ["open", "-k", "IT", "db.yaml"],
  ["seal", "-r", "prod.pub", "IT"],
  ["seal", "-r", "IT", "s.yaml"],
  ["seal", "-r", "prod.pub", "-o", "IT", "s.yaml"],
  ["set", "IT", "A", "-r", "prod.pub"],
  ["set", "db.yaml", "A", "-r", "prod.pub", "--from-file", "IT"],
  ["set", "db.yaml", "A", "-r", "prod.pub", "--sign-with", "IT"],
  ["unset", "IT", "A"],
  ["edit", "IT", "-r", "prod.pub"],
  ["textconv", "IT"],
  ["verify", "IT"],
  ["verify", "--baseline", "IT", "s.yaml"],
  ["reseal", "-k", "prod.key", "IT"],
  ["exec", "-k", "prod.key", "IT", "--", "true"],
  ["merge-driver", "db.yaml", "db.yaml", "IT"],
  ["merge-driver", "IT", "db.yaml", "db.yaml"],
  ["keys", "list", "IT"],
  ["keys", "public", "-k", "IT"],
  ["keys", "rotate", "-k", "IT"],
  ["keys", "pin", "IT", "--fingerprint", "SHA256:none"],
  ["keys", "backup", "-k", "IT", "--passphrase-file", "-", "-o", "b.age"],
  ["keys", "restore", "IT", "-k", "new.key", "--passphrase-file", "-"],
  ["keys", "generate", "-k", "IT"],
  ["keys", "fetch", "--from", "IT"],
];

const INPUTS: readonly (readonly [string, string, string])[] = [
  ["a link to itself", "loop.yaml", "ln -s loop.yaml loop.yaml"],
  ["a directory", "dir", "mkdir -p dir/sub"],
  ["a file below a file", "s.yaml/x.yaml", ":"],
  ["a file that is not there", "none.yaml", ":"],
  ["a name that is too long", "x".repeat(300), ":"],
  ["an endless device", "/dev/zero", ":"],
  ["a full device", "/dev/full", ":"],
  ["memory that cannot be read", "/proc/self/mem", ":"],
  ["an empty name", "", ":"],
  ["a name with a line break", "a\nb.yaml", "echo x > $'a\\nb.yaml'"],
  ["a socket", "socket", "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'"],
];

async function prepared(): Promise<Workspace> {
  const at = await new Workspace().withKey();
  at.write("s.yaml", secretYaml("db", { A: "x" }));
  at.write("db.yaml", (await at.lacre(["seal", "-r", "prod.pub", "s.yaml"])).stdout);
  return at;
}

function expectToldWell(what: unknown, { status, stderr }: { status: number | null; stderr: string }): void {
  expect([what, status, stderr]).not.toEqual([what, EXIT.bug, stderr]);
  expect([what, /this is a bug/.test(stderr)]).toEqual([what, false]);
  if (/^lacre: error:/m.test(stderr)) expect([what, stderr]).toEqual([what, expect.stringMatching(/^hint: ./m)]);
}

describe("every command, given", () => {
  it.each(INPUTS)("%s, knows what to say", async (_what, it, make) => {
    const at = await prepared();
    expect(at.sh(make).status).toBe(0);
    const env = { EDITOR: "true" };
    for (const command of COMMANDS) {
      const args = command.map((word) => (word === "IT" ? it : word));
      // To seal to a device is to print: it never fills.
      if (command.includes("-o") && it.startsWith("/dev/")) continue;
      expectToldWell(command, await at.lacre(args, { input: "a long passphrase", env, clock: "jumping" }));
    }
  });

  it.each([
    "HOME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "TMPDIR",
  ])("a file for the directory %s, knows what to say", async (name) => {
    const at = await prepared();
    for (const place of [at.file("s.yaml"), "/dev/null", "", "relative", "/proc/none"])
      for (const args of [
        ["seal", "-r", "prod.pub", "s.yaml"],
        ["edit", "db.yaml", "-r", "prod.pub"],
        ["keys", "pin", "prod.pub", "--fingerprint", "SHA256:none"],
        ["verify", "."],
        ["doctor"],
      ])
        expectToldWell([args, place], await at.lacre(args, { env: { [name]: place, EDITOR: "true" } }));
    expect(fs.existsSync(at.file("relative"))).toBe(false);
  });

  it("a closed stream, ends with a status of its own", async () => {
    const at = await prepared();
    for (const closed of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
      for (const command of ["seal -r prod.pub", "inspect db.yaml", "verify .", "open -k prod.key db.yaml"])
        expect([command, closed, at.sh(`$LACRE ${command} ${closed}`).status]).not.toEqual([command, closed, EXIT.bug]);
  });

  it("a directory that may not be read, says which", async () => {
    const at = await prepared();
    at.sh("mkdir -p tree/shut; chmod 0 tree/shut; chmod -R a+rX .; chmod 755 . ; chmod 0 tree/shut");
    const ran = at.lacreProcess(["verify", "tree"], { uid: 65_534, env: { HOME: "/nonexistent" } });
    expectToldWell("verify", ran);
    expect(ran.status).not.toBe(0);
    expect(ran.stdout + ran.stderr).toContain("tree/shut");
  });
});

describe("the same mistake", () => {
  it.each([
    ["a key file that is not there", ["-k", "none.key"], ["--key-file", "none.key"]],
    ["a key file that is a directory", ["-k", ".home"], ["--key-file", ".home"]],
    ["a public key for a private one", ["-k", "public.key"], ["--key-file", "public.key"]],
  ])("of %s is told in the same words by both programs", async (_what, own, theirs) => {
    const at = await prepared();
    at.write("public.key", at.read("prod.pub"), 0o600);
    fs.mkdirSync(at.file("git"));
    const lacre = await at.lacre(["open", ...own, "db.yaml"]);
    const places = [
      "--source",
      `directory:${at.file("git")}`,
      "--target",
      `directory:${at.file("out")}`,
      "--state",
      at.file("state"),
    ];
    const controller = at.controller([...theirs, ...places, "--once"]);
    const told = ({ status, stderr }: { status: number | null; stderr: string }) => [
      status,
      stderr.replace(/^lacre(?:-controller)?: /m, "").replaceAll(`${at.path}/`, ""),
    ];
    expect(told(controller)).toEqual(told(lacre));
  });
});
