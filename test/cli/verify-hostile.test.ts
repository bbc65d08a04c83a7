/** `lacre verify` against names, ranges and values made to be called clean. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { Workspace } from "../support/workspace.ts";

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
  it("refuses an option in the place of a range, and makes no file of it", () => {
    const workspace = repository();
    const file = workspace.file("made");
    expect(workspace.lacre(["verify", "--range", `--output=${file}`]).status).toBe(2);
    expect(workspace.lacre(["verify", "--range", ""]).status).toBe(2);
    expect(fs.existsSync(file)).toBe(false);
  });

  it("does not call an empty range clean", () => {
    const ran = repository().lacre(["verify", "--range", "HEAD..HEAD"]);
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining("could not be judged") });
  });

  it("judges a string that only begins like a token as any other value", () => {
    for (const value of ["lacre1.AAAA", "lacre1.Zq81xTe49vLKd7mW"]) {
      const workspace = repository();
      workspace.write("a.yaml", plain(value));
      expect(workspace.lacre(["verify"]).status).toBe(3);
    }
  });

  it("lets no file name begin a line of a GitHub log", () => {
    const workspace = repository();
    workspace.write("::stop-commands::tok.yaml", plain("Zq81xTe49vLKd7mW"));
    workspace.write("a\n::error file=README.md::b.yaml", plain("Zq81xTe49vLKd7mW"));
    const { stdout } = workspace.lacre(["verify", "--format", "github"]);
    expect(stdout.match(/^::.*$/gm)?.every((line) => line.startsWith("::error file="))).toBe(true);
    expect(stdout).not.toMatch(/^::stop|^::error file=README/m);
  });
});
