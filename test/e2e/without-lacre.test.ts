/** Git in a clone that was set up by a lacre that has gone or is broken since: nothing is dropped, and nothing passes unseen. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const DIST = path.join(import.meta.dirname, "../../dist");
const FILE = "db.sealed.yaml";

/** A clone that was set up by a copy of lacre, which tests may take away. */
async function cloneOf(names: readonly string[], installed = "lib/la%c're"): Promise<[Workspace, string]> {
  const workspace = new Workspace();
  const away = new Workspace().file(installed);
  fs.cpSync(path.join(DIST, "cli"), path.join(away, "cli"), { recursive: true });
  workspace.git("init", "-qb", "main");
  workspace.write(".git/info/exclude", ".home\n");
  await workspace.withKeyIn("keys");
  const env = { ...workspace.env, PATH: "/usr/bin:/bin" };
  const ran = spawnSync(process.execPath, [path.join(away, "cli/main.cjs"), "init"], { cwd: workspace.path, env });
  expect([ran.status, ran.stderr.toString()]).toEqual([0, expect.stringContaining("made pre-commit hook")]);
  await workspace.pin("keys/prod.keys");
  workspace.write(FILE, secretYaml("db", Object.fromEntries(names.map((name) => [name, `value of ${name}`]))));
  expect((await workspace.lacre(["seal", "-i", FILE])).status).toBe(0);
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", "base");
  return [workspace, away];
}

async function change(workspace: Workspace, branch: string, key: string): Promise<void> {
  workspace.git("checkout", "-qB", branch, "main");
  expect((await workspace.lacre(["set", FILE, key], { input: `${branch} ${key}` })).status).toBe(0);
  workspace.git("commit", "--no-verify", "-qam", branch);
}

const merge = (workspace: Workspace, branch: string) =>
  workspace.sh(`git merge --no-verify --no-edit ${branch}`, { env: { PATH: "/usr/bin:/bin" } });

const keysOf = (text: string) => [...text.matchAll(/^ {4}(\w+):$/gm)].map(([, key]) => key);

/** How a lacre stops to work: it goes, a part of it goes, or it dies. */
const ENDS: readonly (readonly [string, (away: string) => void])[] = [
  ["is gone", (away) => fs.rmSync(away, { recursive: true })],
  ["has lost a part", (away) => fs.writeFileSync(path.join(away, "cli/main.cjs"), 'require("./nowhere.cjs");\n')],
  ["is killed", (away) => fs.writeFileSync(path.join(away, "cli/main.cjs"), 'process.kill(process.pid, "SIGKILL");\n')],
  ["fails at once", (away) => fs.writeFileSync(path.join(away, "cli/main.cjs"), "process.exit(70);\n")],
];

describe("where the lacre of the settings no longer runs", () => {
  it.each(ENDS)(
    "and %s, merges keep both sides, a log shows the file as it is, and no commit passes",
    async (_, end) => {
      const [workspace, away] = await cloneOf(["A", "M", "Z"]);
      await change(workspace, "theirs", "A");
      const theirs = /A:\n {6}(sealed: \S+)/.exec(workspace.read(FILE))?.[1];
      await change(workspace, "ours", "Z");
      await change(workspace, "left", "P");
      await change(workspace, "right", "R");
      end(away);
      workspace.git("checkout", "-q", "ours");
      const clean = merge(workspace, "theirs");
      expect(clean.status).toBe(0);
      expect(clean.stderr).toContain(
        `${path.join(away, "cli/main.cjs")} does not run; ${FILE} was merged as text, not entry by entry\nhint: install lacre`,
      );
      expect(workspace.read(FILE)).toContain(theirs);
      const log = workspace.git("log", "-p", "--textconv", "-2", "--", FILE);
      expect([log.status, log.stdout]).toEqual([
        0,
        expect.stringMatching(/^-\s+sealed: lacre1\.\S+\n\+\s+sealed: lacre1\./m),
      ]);
      expect(workspace.git("commit", "--allow-empty", "-qm", "b").status).not.toBe(0);
      workspace.git("checkout", "-q", "left");
      expect(merge(workspace, "right").status).toBe(1);
      expect(workspace.read(FILE)).toMatch(/^<<<<<<< ours\n[\s\S]*^=======\n[\s\S]*^>>>>>>> theirs$/m);
      expect(keysOf(workspace.read(FILE)).sort()).toEqual(["A", "M", "P", "R", "Z"]);
      expect(workspace.git("status", "--porcelain").stdout).toContain(`UU ${FILE}`);
    },
  );
});

describe("where lacre has gone", () => {
  it("the hook says which file is missing and what to do", async () => {
    const [workspace, away] = await cloneOf(["A"]);
    fs.rmSync(away, { recursive: true });
    expect(workspace.git("commit", "--allow-empty", "-qm", "b").stderr).toBe(
      `lacre: error: ${path.join(away, "cli/main.cjs")} is not there: nothing was judged\nhint: install lacre again, then: lacre init\n`,
    );
  });

  it("doctor and init --check name what calls it, and init sets up the one that runs", async () => {
    const [workspace, away] = await cloneOf(["A"]);
    fs.rmSync(away, { recursive: true });
    const gone = `it calls ${path.join(away, "cli/main.cjs")}, which is not there`;
    const wanted = [
      `git config merge.lacre.driver (${gone})`,
      `git config diff.lacre.textconv (${gone})`,
      `lacre-hook in the directory of Git (${gone})`,
    ];
    const check = await workspace.lacre(["init", "--check"]);
    expect([check.status, check.stderr]).toEqual([1, expect.stringContaining(`not set up: ${wanted.join(", ")}\n`)]);
    expect((await workspace.lacre(["doctor"])).stdout).toContain(wanted.join(", "));
    expect((await workspace.lacre(["init"])).status).toBe(0);
    expect((await workspace.lacre(["init", "--check"])).status).toBe(0);
    expect(workspace.git("commit", "--allow-empty", "-qm", "b").status).toBe(0);
  });
});
