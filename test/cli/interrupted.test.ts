/** What waits, and is interrupted; and what a program in our place is told. A process is the point: signals are its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { DIST } from "../support/test-context.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const MAIN = path.join(DIST, "cli/main.cjs");

async function withSealed(): Promise<Workspace> {
  const at = await new Workspace().withKey();
  at.write("db.yaml", (await at.lacre(["seal", "-r", "prod.pub"], { input: secretYaml("db", { A: "x" }) })).stdout);
  return at;
}

describe("a FIFO that nobody writes to", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is left on %s with %i", async (signal, status) => {
    const at = await withSealed();
    at.sh("mkfifo pipe");
    const args = ["set", "db.yaml", "A", "-r", "prod.pub", "--from-file", "pipe"];
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: at.path, env: at.env, stdio: "ignore" });
    // Who opens it for writing waits until somebody reads.
    const writer = spawn("/bin/sh", ["-c", "exec 3>pipe; echo open; exec sleep 60"], {
      cwd: at.path,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await once(writer.stdout, "data");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([status, null]);
    writer.kill();
  });

  it("is read to its end once somebody does, and so is a pipe of the shell", async () => {
    const at = await withSealed();
    for (const from of ["<(sleep 0.1; printf one)", "pipe"]) {
      const line = `[ -p pipe ] || mkfifo pipe; { sleep 0.1; printf one > pipe; } & $LACRE set db.yaml A -r prod.pub --from-file ${from}; s=$?; kill %1; exit $s`;
      expect(at.sh(line)).toMatchObject({ status: 0 });
      expect((await at.lacre(["open", "-k", "prod.key", "db.yaml"])).stdout).toContain("A: one\n");
    }
  });
});

describe("the program of exec", () => {
  it.each(["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "WINCH", "CONT"])(
    "is told of SIG%s",
    async (signal) => {
      const at = await withSealed();
      const script = `$| = 1; $SIG{${signal}} = sub { print "told\\n"; exit 42 }; print "ready\\n"; sleep 1 while 1`;
      const args = ["exec", "-k", "prod.key", "db.yaml", "--", "perl", "-e", script];
      const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: at.path,
        env: at.env,
        stdio: ["ignore", "pipe", "ignore"],
      });
      let shown = "";
      child.stdout.on("data", (bytes: Buffer) => {
        shown += bytes;
        if (shown === "ready\n") child.kill(`SIG${signal}` as NodeJS.Signals);
      });
      expect([await once(child, "close"), shown]).toEqual([[42, null], "ready\ntold\n"]);
    },
  );

  it("stops and goes on with us", async () => {
    const at = await withSealed();
    at.write("child.sh", "echo $$ > child\nwhile [ ! -e end ]; do sleep 0.05; done\nexit 7\n");
    const state = "sed 's/.*) //' /proc/$1/stat | cut -c1";
    const line = `st() { ${state}; }; till() { until [ "$(st $1)" = $2 ]; do sleep 0.02; done; }
      $LACRE exec -k prod.key db.yaml -- bash child.sh < /dev/null & until [ -s child ]; do sleep 0.02; done
      c=$(cat child); kill -TSTP $!; till $c T; till $! T; kill -CONT $!; until [ "$(st $c)" != T ]; do sleep 0.02; done; : > end; wait $!; echo $?`;
    expect(at.sh(line).stdout).toBe("7\n");
  });

  it.each([
    ["KILL", 137],
    ["SEGV", 139],
    ["QUIT", 131],
    ["USR1", 138],
  ] as const)("that SIG%s ends gives %i", async (signal, status) => {
    const at = await withSealed();
    const ran = at.lacreProcess([
      "exec",
      "-k",
      "prod.key",
      "db.yaml",
      "--",
      "sh",
      "-c",
      `ulimit -c 0; kill -${signal} $$`,
    ]);
    expect(ran.status).toBe(status);
  });
});

it("Ctrl-C at a question on the terminal itself ends with 130", async () => {
  const at = new Workspace();
  at.git("init", "-q");
  const line = "trap : INT; $LACRE init --ci generic; echo ended $?";
  expect(await at.onTerminal(line, ["(sha512-...): ", "\u0003"])).toContain("ended 130");
});
