/** `lacre edit` gives back what was typed, whatever went wrong with it. */
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

/** An editor that does one thing at each of its runs, and keeps what it was given. */
function editor(at: Workspace, ...runs: readonly string[]): Record<string, string> {
  const cases = runs.map((run, index) => `${index + 1}) ${run} ;;`).join("\n");
  at.write(
    "editor",
    `#!/bin/sh\necho x >> runs; n=$(wc -l < runs); cp "$1" given$((n))\ncase $((n)) in\n${cases}\nesac\n`,
    0o755,
  );
  return { EDITOR: at.file("editor") };
}

const TYPED = 'echo \'B: "typed"\' >> "$1"';

async function withSealed(): Promise<Workspace> {
  const at = await new Workspace().withKey();
  at.write("db.yaml", (await at.lacre(["seal", "-r", "prod.pub"], { input: secretYaml("db", { A: "x" }) })).stdout);
  return at;
}

describe("an edit that went wrong", () => {
  it.each([
    ["a mistake in the YAML", `${TYPED}; echo 'bad: [' >> "$1"`, "sed -i '/^bad/d' \"$1\"", "your edit:"],
    ["a file that is gone", `${TYPED}; mv db.yaml away`, "mv away db.yaml", "db.yaml: no such file"],
    [
      "an entry that somebody else changed",
      `${TYPED}; cp db.yaml mine; cp other.yaml db.yaml; sed -i 's/^A:.*/A: mine/' "$1"`,
      "cp mine db.yaml",
      "was changed in db.yaml while you were editing",
    ],
    [
      "a recipient that is gone",
      `${TYPED}; echo 'bad: [' >> "$1"`,
      "sed -i '/^bad/d' \"$1\"; mv prod.pub away",
      "prod.pub: no such file",
    ],
    [
      "a lock that cannot be made",
      `${TYPED}; mv db.yaml away; mkdir db.yaml`,
      "rmdir db.yaml; mv away db.yaml",
      "db.yaml is a directory",
    ],
    ["an editor that crashed after it saved", `${TYPED}; exit 3`, ":", "the editor ended with status 3"],
    ["bytes that are no text", `${TYPED}; cp "$1" kept; printf '\\377' >> "$1"`, 'cp kept "$1"', "not valid UTF-8"],
  ])(
    "through %s comes back with the error on top, and is sealed when that was mended",
    async (what, first, second, error) => {
      const at = await withSealed();
      at.write(
        "other.yaml",
        (await at.lacre(["seal", "-r", "prod.pub", "--no-cache"], { input: secretYaml("db", { A: "y" }) })).stdout,
      );
      const env = editor(at, first, second, "[ -e away ] && mv away prod.pub");
      const ran = await at.lacre(["edit", "db.yaml", "-r", "prod.pub"], { env, typed: ["", "", ""] });
      expect([what, ran.status]).toEqual([what, 0]);
      const last = at.read(`given${at.read("runs").length / 2}`);
      expect(last.split("\n")[0]).toMatch(/^# lacre: /);
      expect(last.split("\n")[0]).toContain(error);
      expect(last.match(/^# lacre: /gm)).toHaveLength(2);
      expect(last).toContain('B: "typed"\n');
      expect((await at.lacre(["open", "-k", "prod.key", "db.yaml"])).stdout).toContain("B: typed\n");
    },
  );

  it("ends with its error where nobody is there to mend it, and gives up where an editor fails untouched", async () => {
    const at = await withSealed();
    const before = at.read("db.yaml");
    const mistaken = await at.lacre(["edit", "db.yaml", "-r", "prod.pub"], {
      env: editor(at, "echo 'bad: [' >> \"$1\""),
    });
    expect([mistaken.status, at.read("runs")]).toEqual([1, "x\n"]);
    const failed = await at.lacre(["edit", "db.yaml", "-r", "prod.pub"], {
      env: editor(at, ":", "exit 1"),
      typed: [""],
    });
    expect([failed.status, at.read("runs"), at.read("db.yaml")]).toEqual([1, "x\nx\n", before]);
  });

  it("and an editor that leaves no file is no bug", async () => {
    const at = await withSealed();
    const ran = await at.lacre(["edit", "db.yaml", "-r", "prod.pub"], { env: editor(at, 'rm "$1"') });
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("the editor left no file")]);
  });
});
