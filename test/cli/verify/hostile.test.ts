/** `lacre verify` against names, ranges and values made to be called clean. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { Workspace } from "../../support/workspace.ts";

function repository(): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q");
  workspace.write(".gitignore", ".home\n");
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", "first");
  return workspace;
}

const plain = (value: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  api_key: "${value}"\n`;

describe("hostile input of verify", () => {
  it("refuses an option in the place of a range, and makes no file of it", async () => {
    const workspace = repository();
    const file = workspace.file("made");
    expect((await workspace.lacre(["verify", "--range", `--output=${file}`])).status).toBe(2);
    expect((await workspace.lacre(["verify", "--range", ""])).status).toBe(2);
    expect(fs.existsSync(file)).toBe(false);
  });

  it("does not call an empty range clean", async () => {
    const ran = await repository().lacre(["verify", "--range", "HEAD..HEAD"]);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("could not be judged") });
  });

  it("judges a string that only begins like a token as any other value", async () => {
    for (const value of ["lacre1.AAAA", "lacre1.Zq81xTe49vLKd7mW"]) {
      const workspace = repository();
      workspace.write("a.yaml", plain(value));
      expect((await workspace.lacre(["verify"])).status).toBe(3);
    }
  });

  it("lets no file name begin a line of a GitHub log", async () => {
    const workspace = repository();
    workspace.write("::stop-commands::tok.yaml", plain("Zq81xTe49vLKd7mW"));
    workspace.write("a\n::error file=README.md::b.yaml", plain("Zq81xTe49vLKd7mW"));
    const { stdout } = await workspace.lacre(["verify", "--format", "github"]);
    expect(stdout.match(/^::.*$/gm)?.every((line) => line.startsWith("::error file="))).toBe(true);
    expect(stdout).not.toMatch(/^::stop|^::error file=README/m);
  });

  it("tells no command that runs something of an environment's name", async () => {
    const workspace = repository();
    const name = "x; touch canary; $(touch canary)";
    workspace.write(".lacre.yaml", `version: 1\nenvironments: { ${JSON.stringify(name)}: { keys: prod.pub } }\n`);
    const told =
      (await workspace.lacre(["verify"])).stdout + (await workspace.lacre(["seal", "--env", name, "x"])).stderr;
    const commands = told.match(/lacre keys fetch --env .*?(?=, and commit|\. From)/g) ?? [];
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(command).toBe(`lacre keys fetch --env '${name}'`);
  });

  it("cannot judge a range whose last tree cannot be listed, since what it says about other files is not known", async () => {
    const workspace = repository();
    workspace.write("app/kustomization.yaml", "secretGenerator:\n  - name: a\n    envs: [../plain]\n");
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "roles");
    workspace.write("plain", "zone=Zq81xTe49vLKd7mW\n");
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "values");
    expect((await workspace.lacre(["verify", "--range", "HEAD~1..HEAD"])).status).toBe(3);
    const tree = workspace.git("rev-parse", "HEAD:app").stdout.trim();
    fs.rmSync(workspace.file(`.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`));
    const ran = await workspace.lacre(["verify", "--range", "HEAD~1..HEAD"]);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("could not be judged") });
  });

  it("cannot judge a range where a file that gives roles is missing", async () => {
    const workspace = repository();
    workspace.write("app/kustomization.yaml", "secretGenerator:\n  - name: a\n    envs: [../plain]\n");
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "roles");
    workspace.write("plain", "zone=Zq81xTe49vLKd7mW\n");
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "values");
    const blob = workspace.git("rev-parse", "HEAD:app/kustomization.yaml").stdout.trim();
    fs.rmSync(workspace.file(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`));
    expect((await workspace.lacre(["verify", "--range", "HEAD~1..HEAD"])).status).toBe(1);
  });

  it("takes what files say about others from the end of the range, however that is written", async () => {
    const workspace = repository();
    const base = workspace.git("rev-parse", "HEAD").stdout.trim();
    workspace.git("checkout", "-qb", "feature");
    workspace.write("kustomization.yaml", "secretGenerator:\n  - name: a\n    envs: [plain]\n");
    workspace.write("plain", "zone=Zq81xTe49vLKd7mW\n");
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "values");
    workspace.git("checkout", "-q", base);
    for (const range of ["feature", "feature^!", `${base}..feature`])
      expect([range, (await workspace.lacre(["verify", "--range", range])).status]).toEqual([range, 3]);
  });
});
