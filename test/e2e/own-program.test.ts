/** However lacre was started, what it starts itself is itself: for sync, for the threads of verify, and in the hook. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeExecutableParts } from "../../tools/executable.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const MAIN = path.join(import.meta.dirname, "../../dist/cli/main.cjs");

/** A stand-in for one executable: a program that is all that process.execPath names, and that node:sea says is one. */
async function standIn(directory: string): Promise<string> {
  // Apart from the program, which finds nothing beside it.
  const inside = path.join(directory, "inside");
  const main = await writeExecutableParts(inside);
  const program = path.join(directory, "lacre");
  const preload = path.join(inside, "preload.cjs");
  fs.writeFileSync(
    preload,
    `const sea = require("node:sea");
sea.isSea = () => true;
sea.getAsset = (name, encoding) => require("node:fs").readFileSync(${JSON.stringify(inside)} + "/" + name, encoding);
process.execPath = process.argv[1] = ${JSON.stringify(program)};
`,
  );
  fs.writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" --require "${preload}" "${main}" "$@"\n`, {
    mode: 0o755,
  });
  return program;
}

/** Starts lacre with the arguments, in a workspace. */
type Way = (workspace: Workspace, args: readonly string[]) => { readonly status: number | null; readonly said: string };

/** Nothing of lacre is in the PATH. */
function run(workspace: Workspace, command: string, args: readonly string[]) {
  const env = { ...workspace.env, PATH: "/usr/bin:/bin" };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: workspace.path, env, encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
}

let parts = "";
let executable = "";
beforeAll(async () => {
  parts = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-executable-"));
  executable = await standIn(parts);
});
afterAll(() => fs.rmSync(parts, { recursive: true, force: true }));

const WAYS: readonly (readonly [string, Way])[] = [
  [
    "from a script that lies in the work tree",
    (workspace, args) =>
      run(workspace, process.execPath, [
        workspace.write("tools/lacre.cjs", `require(${JSON.stringify(MAIN)});`),
        ...args,
      ]),
  ],
  [
    "with an argv[1] that is no file",
    (workspace, args) =>
      run(workspace, process.execPath, [
        "-e",
        `process.argv.splice(1, 0, "/nowhere/lacre"); require(${JSON.stringify(MAIN)})`,
        "--",
        ...args,
      ]),
  ],
  [
    "by a link, as in node_modules/.bin",
    (workspace, args) => {
      const link = path.join(parts, "link");
      if (!fs.existsSync(link)) fs.symlinkSync(MAIN, link);
      return run(workspace, process.execPath, [link, ...args]);
    },
  ],
  ["as one executable", (workspace, args) => run(workspace, executable, args)],
];

describe.each(WAYS)("lacre started %s", (_, lacre) => {
  it("syncs with its own controller", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("source/db.yaml", secretYaml("db", { A: "hunter2" }));
    await workspace.lacre(["seal", "-r", "prod.pub", "--in-place", "source/db.yaml"]);
    const args = ["--source", "directory:source", "--target", "directory:target", "--key-file", "prod.key"];
    expect(lacre(workspace, ["sync", ...args])).toMatchObject({
      status: 0,
      said: expect.stringContaining("+ shop/db"),
    });
    expect(workspace.read("target/shop/db/A")).toBe("hunter2");
  });

  it("judges many files in threads of its own code", () => {
    const workspace = new Workspace();
    for (let index = 0; index < 2_100; index++) workspace.write(`many/${index}.txt`, "nothing to see\n");
    workspace.write("many/db.yaml", secretYaml("db", { A: "hunter2" }));
    const { status, said } = lacre(workspace, ["verify", "many"]);
    expect([status, said]).toEqual([3, expect.stringContaining("1 finding in 2101 files")]);
  });

  it("writes a hook that stops a Secret in the clear, without lacre in the PATH", () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    workspace.write(".git/info/exclude", ".home\n");
    expect(lacre(workspace, ["init"])).toMatchObject({ status: 0 });
    expect(lacre(workspace, ["init", "--check"])).toMatchObject({ status: 0 });
    expect(workspace.read(".git/hooks/pre-commit")).not.toContain("tools/lacre.cjs");
    workspace.write("db.yaml", secretYaml("db", { A: "Zq81xTe49vLKd7mW" }));
    workspace.git("add", "db.yaml");
    const commit = workspace.sh("git commit -qm db", { env: { PATH: "/usr/bin:/bin" } });
    expect([commit.status, commit.stdout + commit.stderr]).toEqual([1, expect.stringContaining("db.yaml:")]);
  });
});
