/** Hostile names on standard output: every command that shows one, and every report. */
import { describe, expect, it } from "vitest";
import { describeDiff } from "../../cli/cluster/compare.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const OBEYED = /^\s*(?:::|section_)|##\[/m;
/** Clears a terminal, turns the direction, ends a line, and looks like commands of CI systems. */
const NAME = "::stop-commands::x\u001b[2J\u202e\u009b\u2028\u200b##[error]y\n::error::z.yaml";

/** A repository with a sealed file of that name. */
async function workspace(): Promise<Workspace> {
  const one = await (await new Workspace().withKey()).withKey("next");
  one.git("init", "-q");
  one.write("a.yaml", secretYaml("a", { zone: "hunter2" }));
  const ran = await one.lacre(["seal", "-i", "-r", "prod.pub", "a.yaml"]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  one.write(NAME, one.read("a.yaml"));
  return one;
}

function expectShown(text: string): void {
  expect(text).not.toMatch(HIDDEN);
  expect(text).not.toMatch(OBEYED);
}

describe("a hostile name", () => {
  it("is shown by inspect, as text and as JSON, which says it whole", async () => {
    const one = await workspace();
    const text = await one.lacre(["inspect", `./${NAME}`]);
    expect([text.status, text.stdout]).toEqual([0, expect.stringContaining("stop-commands")]);
    expectShown(text.stdout);
    const json = (await one.lacre(["inspect", "--json", `./${NAME}`])).stdout;
    expect(json).not.toMatch(HIDDEN);
    expect(JSON.parse(json)[0].file).toContain("\u202e\u009b\u2028");
  });

  it("is shown by doctor, where an environment has it", async () => {
    const one = await workspace();
    one.write(".lacre.yaml", `version: 1\nenvironments:\n  ${JSON.stringify(NAME)}: { keys: prod.pub }\n`);
    for (const more of [[], ["--json"]]) {
      const { stdout, stderr } = await one.lacre(["doctor", ...more]);
      expect(stdout).toContain("stop-commands");
      expect(stdout + stderr).not.toMatch(HIDDEN);
      if (more.length === 0) expectShown(stdout + stderr);
    }
  });

  it("is shown by keys list, as a file that needs a key", async () => {
    const one = new Workspace();
    await one.lacre(["keys", "generate", "--cluster", "prod", "--key-file", "prod.key"]);
    one.write("prod.keys", (await one.lacre(["keys", "publish", "--key-file", "prod.key"])).stdout);
    one.write(`s/${NAME}`, secretYaml("a", { zone: "hunter2" }));
    const sealed = await one.lacre(["seal", "-i", "-r", "prod.keys", `s/${NAME}`], { env: await pinOf(one) });
    expect(sealed.status).toBe(0);
    for (const more of [[], ["--json"]]) {
      const { status, stdout } = await one.lacre(["keys", "list", "prod.keys", "s", ...more], {
        env: await pinOf(one),
      });
      expect([status, stdout]).toEqual([0, expect.stringContaining("stop-commands")]);
      if (more.length === 0) expectShown(stdout);
      else expect(stdout).not.toMatch(HIDDEN);
    }
  });

  it("is shown by reseal --check", async () => {
    const one = await workspace();
    const { stdout } = await one.lacre(["reseal", "--check", "-r", "next.pub", `./${NAME}`]);
    expect(stdout).toContain("stop-commands");
    expectShown(stdout);
  });

  it("is shown by diff, also where the cluster says it", () => {
    const object = { object: NAME, file: NAME, differences: [{ sign: "~", what: NAME }], status: NAME } as const;
    const text = describeDiff([{ sign: "~", ...object }]);
    expect(text.split("\n")).toHaveLength(4);
    expect(text).not.toMatch(HIDDEN);
  });

  it("is shown by every report of verify", async () => {
    const one = await workspace();
    one.write(NAME, secretYaml("a", { "k\u001b[2J\u202e": "hunter2" }));
    for (const format of ["text", "json", "sarif", "github", "junit"]) {
      const { status, stdout } = await one.lacre(["verify", "--format", format, `./${NAME}`]);
      expect([format, status]).toEqual([format, 3]);
      expect([format, HIDDEN.exec(stdout)]).toEqual([format, null]);
      const commands = stdout.match(/^\s*::.*$/gm) ?? [];
      expect([format, commands.filter((line) => !line.startsWith("::error file="))]).toEqual([format, []]);
    }
  });
});

/** Trusts the list of this workspace. */
async function pinOf(one: Workspace): Promise<Record<string, string>> {
  const [, fingerprint = ""] = /(SHA256:[\w+/=-]+)/.exec((await one.lacre(["keys", "list", "prod.keys"])).stdout) ?? [];
  return fingerprint === "" ? {} : { LACRE_PIN: fingerprint };
}
