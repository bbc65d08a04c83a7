/** The controller's own files: whose they are, and that nobody else's are taken for them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { openState } from "../../../controller/standalone/state.ts";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const ARGS = ["--source", "directory:src", "--key-file", "prod.key", "--once", "--log-level", "silent"];

async function workspace(): Promise<Workspace> {
  const one = await new Workspace().withKey();
  one.write("src/db.yaml", secretYaml("db", { A: "1" }));
  const ran = await one.lacre(["seal", "-i", "-r", "prod.pub", "src/db.yaml"]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return one;
}

const run = (one: Workspace, target: string, ...args: readonly string[]) =>
  one.controller([...ARGS, "--target", `directory:${target}`, ...args]);

describe("the directory of state", () => {
  it("lies in the target if nothing else is said, and goes where the target goes", async () => {
    const one = await workspace();
    expect(run(one, "out").status).toBe(0);
    expect(fs.readdirSync(one.file("out/..lacre")).sort()).toEqual(["inventory.json", "state.json"]);
    fs.renameSync(one.file("out"), one.file("moved"));
    expect(JSON.parse(run(one, "moved").stdout)).toMatchObject({ written: [], unchanged: 1 });
  });

  it("is where --state says, and nothing of it in the target", async () => {
    const one = await workspace();
    expect(run(one, "out", "--state", "state").status).toBe(0);
    expect(fs.readdirSync(one.file("out"))).toEqual(["shop"]);
    expect(fs.statSync(one.file("state")).mode & 0o777).toBe(0o700);
    expect(JSON.parse(run(one, "out", "--state", "state").stdout)).toMatchObject({ written: [], unchanged: 1 });
  });

  it("of another target is refused: what is ours there could be somebody else's here", async () => {
    const one = await workspace();
    run(one, "out", "--state", "state");
    const other = run(one, "other", "--state", "state");
    expect([other.status, other.stdout]).toEqual([8, ""]);
    expect(other.stderr).toMatch(/^lacre-controller: error: state is the state of directory:.*\/out\nhint: .*--state/);
    expect(fs.readdirSync(one.file("other"))).toEqual([]);
  });

  it("of a target that it lies in is refused for another one", async () => {
    const one = await workspace();
    run(one, "out");
    expect(run(one, "other", "--state", "out/..lacre").stderr).toContain("is the state of the target that it lies in");
  });

  it("of an earlier version, which labelled nothing, is that of the target that it lay in", async () => {
    const one = await workspace();
    run(one, "out");
    fs.rmSync(one.file("out/..lacre/state.json"));
    fs.cpSync(one.file("out/..lacre"), one.file("copy"), { recursive: true });
    expect(run(one, "other", "--state", "copy").stderr).toContain("copy is the state of the target that it lies in");
    expect(JSON.parse(run(one, "out").stdout)).toMatchObject({ unchanged: 1, problems: [] });
    expect(fs.existsSync(one.file("out/..lacre/state.json"))).toBe(true);
  });

  it("is the one in the target however it is spelled", async () => {
    const one = await workspace();
    for (const spelled of ["out/..lacre/", "./out/..lacre", one.file("out/..lacre")]) {
      expect(run(one, "out", "--state", spelled).status).toBe(0);
      expect(run(one, "out").status).toBe(0);
    }
  });

  it.each(["", "{", "null", '{"version":2,"target":""}', '{"version":1}'])(
    "that says %j is not touched",
    async (text) => {
      const one = new Workspace();
      one.write("state/state.json", text);
      await expect(openState(one.file("state"), "t")).rejects.toMatchObject({ code: "TARGET_FAILED" });
      expect(one.read("state/state.json")).toBe(text);
    },
  );

  it("has one user at a time", async () => {
    const one = new Workspace();
    const state = await openState(path.join(one.path, "state"), "t");
    await expect(openState(path.join(one.path, "state"), "t")).rejects.toMatchObject({ code: "CONFLICT" });
    state.release();
    (await openState(path.join(one.path, "state"), "t")).release();
  });
});
