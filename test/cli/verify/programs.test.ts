/** `lacre verify` against a repository that brings a lacre of its own, in every tree that it can judge. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { type Ran, Workspace } from "../../support/workspace.ts";

function repository(): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q");
  workspace.write(".gitignore", ".home\nnode_modules/\n");
  commit(workspace, "first");
  return workspace;
}

function commit(workspace: Workspace, message: string): void {
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", message);
}

/** What was found, as `rule path`. */
function foundBy(ran: Ran): readonly string[] {
  const { findings } = JSON.parse(ran.stdout);
  return findings.map(({ rule, path }: Record<string, string>) => `${rule} ${path}`);
}

const verify = (workspace: Workspace, ...args: readonly string[]) => workspace.lacre(["verify", "--json", ...args]);
const PROGRAM = "web/node_modules/lacre/package.json";

describe("a lacre in the repository", () => {
  it("is found in the work tree, the index, a range and the history, though Git ignores its folder", async () => {
    const workspace = repository();
    workspace.write(PROGRAM, "{}");
    workspace.write("web/node_modules/lacre/main.js", "");
    workspace.git("add", "-f", "web");
    const once = [`tracked-program web/node_modules/lacre/main.js`];
    expect(foundBy(await verify(workspace))).toEqual(once);
    expect(foundBy(await verify(workspace, "--staged"))).toEqual(once);
    workspace.git("commit", "-qm", "program");
    workspace.git("rm", "-rq", "web");
    workspace.git("commit", "-qm", "and away again");
    expect(foundBy(await verify(workspace, "--range", "HEAD~2..HEAD"))).toEqual(once);
    expect(foundBy(await verify(workspace, "--history"))).toEqual(once);
    expect(await verify(workspace)).toMatchObject({ status: 0 });
  });

  it("is found behind a link and a submodule, which hide what is below them", async () => {
    const workspace = repository();
    workspace.write(".gitignore", ".home\n");
    fs.mkdirSync(workspace.file("node_modules/.bin"), { recursive: true });
    fs.mkdirSync(workspace.file("web"));
    fs.mkdirSync(workspace.file("app"));
    fs.symlinkSync("../../tools/own.js", workspace.file("node_modules/.bin/lacre"));
    fs.symlinkSync("../tools", workspace.file("web/node_modules"));
    fs.symlinkSync("../tools/settings", workspace.file("app/.npmrc"));
    commit(workspace, "links");
    const head = workspace.git("rev-parse", "HEAD").stdout.trim();
    workspace.git("update-index", "--add", "--cacheinfo", `160000,${head},sub/node_modules`);
    workspace.git("commit", "-qm", "submodule");
    const links = ["app/.npmrc", "node_modules/.bin/lacre", "web/node_modules"].map((at) => `tracked-program ${at}`);
    expect(foundBy(await verify(workspace))).toEqual(links);
    const all = [...links, "tracked-program sub/node_modules"].sort();
    expect(foundBy(await verify(workspace, "--range", "HEAD~2..HEAD"))).toEqual(all);
    expect(foundBy(await verify(workspace, "--history"))).toEqual(all);
  });

  it("is none where it is only installed: what Git ignores is no part of the repository", async () => {
    const workspace = repository();
    workspace.write(PROGRAM, "{}");
    expect(await verify(workspace)).toMatchObject({ status: 0 });
    expect(await verify(workspace, "--no-ignore")).toMatchObject({ status: 0 });
  });

  it("is excused by its path and by the baseline, and not by another program's entry", async () => {
    const workspace = repository();
    workspace.write("node_modules/lacre/main.js", "");
    workspace.git("add", "-f", "node_modules");
    expect((await workspace.lacre(["verify", "--accept", "vendored"])).status).toBe(0);
    expect((await workspace.lacre(["verify"])).status).toBe(0);
    workspace.write("node_modules/.bin/lacre", "");
    workspace.git("add", "-f", "node_modules");
    expect(foundBy(await verify(workspace)).at(0)).toBe("tracked-program node_modules/.bin/lacre");
    fs.rmSync(workspace.file(".lacre-baseline"));
    workspace.write(
      ".lacre.yaml",
      "version: 1\nverify:\n  allow:\n    - { path: node_modules/**, rule: tracked-program, reason: vendored }\n",
    );
    expect((await workspace.lacre(["verify"])).status).toBe(0);
  });
});

describe("a setting that moves a registry", () => {
  it("is found beside the credential that stands on its line, and does not excuse it", async () => {
    const workspace = repository();
    workspace.write(".npmrc", "# lacre:allow registry-moved ours\n//npm.example.org/:_authToken=d28e71e3-87ff-91dd\n");
    workspace.write("web/.npmrc", "registry=https://ada:Zq81xTe49vLKd7mW@npm.example.org/\n");
    commit(workspace, "settings");
    const found = foundBy(await verify(workspace));
    expect(found).toContain("plaintext-credential .npmrc");
    expect(found).toContain("registry-moved web/.npmrc");
    expect(found).toContain("connection-string-password web/.npmrc");
    expect((await verify(workspace)).status).toBe(3);
  });
});
