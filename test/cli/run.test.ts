/** A run knows nothing but its context: neither the process, nor another run. */
import { describe, expect, it } from "vitest";
import { run } from "../../cli/run.ts";
import { type Given, testContext } from "../support/test-context.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

async function runIn(at: Workspace, args: readonly string[], given: Partial<Given> = {}) {
  const { context, stdout, stderr } = testContext({ cwd: at.path, env: at.env, ...given });
  const status = await run(args, context);
  return { status, stdout: stdout().toString(), stderr: stderr() };
}

describe("a run", () => {
  it("meets no other one of the same process", async () => {
    const machines = [new Workspace(), new Workspace()];
    const made = await Promise.all(machines.map((at) => runIn(at, ["keys", "generate", "-k", "a.key"])));
    expect(made.map(({ status }) => status)).toEqual([0, 0]);
    expect(made[0]?.stdout).not.toBe(made[1]?.stdout);
    for (const [index, at] of machines.entries())
      expect((await runIn(at, ["keys", "public", "-k", "a.key"])).stdout).toBe(made[index]?.stdout);
  });

  it("starts from the directory of its context, wherever the process stands", async () => {
    const at = await new Workspace().withKey();
    at.write("git/db.yaml", secretYaml("db", { A: "x" }));
    expect((await runIn(at, ["seal", "-i", "-r", "../prod.pub", "db.yaml"], { cwd: at.file("git") })).status).toBe(0);
    const opened = await runIn(at, ["open", "-k", "../prod.key", "-o", "plain.yaml", "."], { cwd: at.file("git") });
    expect([opened.status, at.read("git/plain.yaml")]).toEqual([0, expect.stringContaining("A: x\n")]);
  });

  it("takes its settings from the environment of its context, and none from the process", async () => {
    const at = await new Workspace().withKey();
    process.env["LACRE_KEY_FILE"] = at.file("prod.key");
    try {
      expect((await runIn(at, ["open", "prod.pub"])).status).toBe(5);
    } finally {
      delete process.env["LACRE_KEY_FILE"];
    }
  });

  it("shows help as a result, as wide as it is told to be without a terminal", async () => {
    const { status, stdout, stderr } = await runIn(new Workspace(), ["verify", "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^Usage: lacre verify/);
  });

  it("tells an error that it does not know by its name only, and where it came from when asked", async () => {
    const broken = (env: Record<string, string>) => {
      const { context, stderr } = testContext({ cwd: "/", env });
      const fail = () => Promise.reject(new TypeError("hunter2"));
      return run(["inspect", "-"], { ...context, readStdin: fail }).then((status) => [status, stderr()] as const);
    };
    const [status, said] = await broken({});
    expect([status, said.split("\n")[0]]).toEqual([70, "lacre: error: unexpected TypeError"]);
    const [, frames] = await broken({ LACRE_DEBUG: "1" });
    expect(frames).toMatch(/^ +at /m);
    expect(said + frames).not.toContain("hunter2");
  });
});
