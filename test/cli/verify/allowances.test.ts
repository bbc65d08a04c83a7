/** A change that brings its own excuses, and one that loosens what judges it. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { INSTALL } from "../../../cli/repository/ci-steps.ts";
import { Workspace } from "../../support/workspace.ts";

const VALUE = "Zq81xTe49vLKd7mW";
const OTHER = "pR5tYu82NcQx0LbJ";
const MAIN = path.join(import.meta.dirname, "../../../dist/cli/main.cjs");

const configuration = (verify: string) =>
  `version: 1\nenvironments: {}\n${verify === "" ? "" : `verify:\n${verify.replace(/^/gm, "  ")}\n`}`;
const ALLOW = 'allow:\n  - { path: "**", reason: because }';

function commit(workspace: Workspace, message: string): string {
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", message);
  return workspace.git("rev-parse", "HEAD").stdout.trim();
}

function repository(files: Readonly<Record<string, string>> = {}): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q", "-b", "main");
  workspace.write(".gitignore", ".home\n");
  for (const [name, text] of Object.entries(files)) workspace.write(name, text);
  commit(workspace, "first");
  workspace.git("checkout", "-qb", "change");
  return workspace;
}

const range = async (workspace: Workspace, ...more: readonly string[]) => {
  const ran = await workspace.lacre(["verify", "--range", "main...HEAD", ...more]);
  expect(ran.stdout).not.toContain(VALUE);
  return ran;
};

describe("an allowance that a change brings", () => {
  it.each([
    ["in .lacre.yaml", ".lacre.yaml", { ".lacre.yaml": configuration(ALLOW), "a.env": `A_PASSWORD=${VALUE}\n` }],
    ["inline", "a.env", { "a.env": `# lacre:allow plaintext-credential because\nA_PASSWORD=${VALUE}\n` }],
  ])("%s is told, and a finding with --no-new-allowances", async (_, file, files) => {
    const workspace = repository();
    for (const [name, text] of Object.entries(files)) workspace.write(name, text);
    commit(workspace, "secret");
    const told = await range(workspace);
    expect([told.status, told.stdout]).toEqual([0, expect.stringContaining(`this change allows more: ${file}:`)]);
    const strict = await range(workspace, "--no-new-allowances");
    expect([strict.status, strict.stdout]).toEqual([
      3,
      expect.stringMatching(new RegExp(`^${file}:[12]: allowance-added:`, "m")),
    ]);
    workspace.git("reset", "-q", "--soft", "main");
    expect((await workspace.lacre(["verify", "--staged", "--no-new-allowances"])).status).toBe(3);
  });

  it("in the baseline is a finding, also with a later end", async () => {
    const workspace = repository();
    workspace.write("a.env", `A_PASSWORD=${VALUE}\n`);
    await workspace.lacre(["verify", "--accept", "because", "--expires", "2099-01-01"]);
    commit(workspace, "secret and baseline");
    expect((await range(workspace)).status).toBe(0);
    expect(await range(workspace, "--no-new-allowances")).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(".lacre-baseline:1: allowance-added: baseline entry for plaintext-credential"),
    });
    workspace.git("branch", "-f", "main", "HEAD");
    workspace.write(".lacre-baseline", workspace.read(".lacre-baseline").replace("2099-01-01", "2098-01-01"));
    commit(workspace, "earlier");
    expect((await range(workspace, "--no-new-allowances")).status).toBe(0);
    workspace.write(".lacre-baseline", workspace.read(".lacre-baseline").replace("2098-01-01", "-"));
    commit(workspace, "for ever");
    expect((await range(workspace, "--no-new-allowances")).status).toBe(3);
  });

  it("is none where the base has it: other lines, another reason and an earlier end are no news", async () => {
    const inline = (value: string, reason: string, above = "") =>
      `${above}# lacre:allow plaintext-credential ${reason}\nA_PASSWORD=${value}\n`;
    const workspace = repository({
      ".lacre.yaml": configuration('allow:\n  - { path: "b.env", reason: old }'),
      "a.env": inline(VALUE, "old"),
      "b.env": `B_PASSWORD=${VALUE}\n`,
    });
    workspace.write("a.env", inline(VALUE, "new words", "C=1\n"));
    workspace.write("b.env", `B_PASSWORD=${VALUE}\nC=1\n`);
    workspace.write(".lacre.yaml", configuration('allow:\n  - { path: "b.env", reason: new, expires: "2099-01-01" }'));
    commit(workspace, "harmless");
    expect(await range(workspace, "--no-new-allowances")).toMatchObject({ status: 0 });
    workspace.write("a.env", inline(OTHER, "old"));
    commit(workspace, "another secret behind the old comment");
    expect((await range(workspace, "--no-new-allowances")).status).toBe(3);
  });

  it.each([
    ["paths", "", "paths: [empty]"],
    ["paths", "paths: [a, b]", "paths: [a]"],
    ["scopes", "scopes: [strict]", "scopes: [strict, cluster]"],
    ["suites", "suites: [mlkem768x25519]", ""],
    ["sealers", "sealers: keys/sealers", ""],
  ])("is one too where verify.%s looks at less", async (name, before, after) => {
    const workspace = repository({ ".lacre.yaml": configuration(before), "keys/sealers": "", "a/x": "", "b/x": "" });
    workspace.write(".lacre.yaml", configuration(after));
    commit(workspace, "looser");
    expect(await range(workspace, "--no-new-allowances")).toMatchObject({
      status: 3,
      stdout: expect.stringContaining(`verify.${name}`),
    });
  });

  it("has no meaning without a change", async () => {
    const workspace = repository();
    for (const more of [[], ["--history"]])
      expect((await workspace.lacre(["verify", "--no-new-allowances", ...more])).status).toBe(2);
  });

  it("gives findings without a baseline no identity, as before", async () => {
    const workspace = repository();
    workspace.write("a.env", `A_PASSWORD=${VALUE}\n`);
    commit(workspace, "secret");
    const { findings } = JSON.parse((await range(workspace, "--json")).stdout);
    expect(findings).toHaveLength(1);
    expect(findings[0]).not.toHaveProperty("identity");
  });
});

describe("--config-from", () => {
  it("takes configuration and baseline from there, whatever the change says", async () => {
    const workspace = repository({ ".lacre.yaml": configuration(""), "a.env": "A=1\n" });
    workspace.write(".lacre.yaml", configuration(`${ALLOW}\npaths: [empty]`));
    workspace.write("a.env", `A_PASSWORD=${VALUE}\n`);
    workspace.write("empty/x", "");
    commit(workspace, "loosened");
    expect((await workspace.lacre(["verify"])).status).toBe(0);
    expect((await workspace.lacre(["verify", "--config-from", "main"])).status).toBe(3);
    expect((await range(workspace, "--config-from", "main")).status).toBe(3);
    workspace.git("checkout", "-q", "main");
    workspace.git("checkout", "-qb", "accepting");
    workspace.write("a.env", `A_PASSWORD=${VALUE}\n`);
    await workspace.lacre(["verify", "--accept", "because"]);
    commit(workspace, "accepted by itself");
    expect((await workspace.lacre(["verify"])).status).toBe(0);
    expect((await workspace.lacre(["verify", "--config-from", "main"])).status).toBe(3);
  });

  it("honours there what the change takes away or breaks", async () => {
    const workspace = repository({ ".lacre.yaml": configuration(ALLOW), "a.env": `A_PASSWORD=${VALUE}\n` });
    workspace.write(".lacre.yaml", "version: 2\n");
    commit(workspace, "broken");
    expect((await workspace.lacre(["verify"])).status).toBe(1);
    // Whom its environments are sealed for, nobody can tell: nor does any command seal there.
    expect((await workspace.lacre(["verify", "--config-from", "main"])).status).toBe(1);
    workspace.git("checkout", "-q", "main", "--", ".lacre.yaml");
    workspace.write("sub/x", "");
    expect((await workspace.lacre(["verify", "--config-from", "main"], { cwd: workspace.file("sub") })).status).toBe(0);
  });

  it("takes key lists and sealers from there, and does not judge without them", async () => {
    const workspace = new Workspace();
    workspace.git("init", "-q", "-b", "main");
    workspace.write(".gitignore", ".home\n*.lacre-key\n*.key\n");
    workspace.write("keys/prod.pub", (await workspace.lacre(["keys", "generate", "--key-file", "prod.key"])).stdout);
    const other = (await workspace.lacre(["keys", "generate", "--key-file", "other.key"])).stdout;
    workspace.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: keys/prod.pub }\n");
    commit(workspace, "first");
    workspace.git("checkout", "-qb", "change");
    workspace.write("keys/prod.pub", other);
    workspace.write(
      "s.yaml",
      `apiVersion: v1\nkind: Secret\nmetadata: { name: a, namespace: b }\nstringData: { a: ${VALUE} }\n`,
    );
    workspace.write(".home/other.pub", other);
    const sealed = await workspace.lacre(["seal", "-r", ".home/other.pub", "--in-place", "s.yaml"]);
    expect([sealed.status, sealed.stderr]).toEqual([0, expect.anything()]);
    commit(workspace, "sealed for another key, and the key exchanged");
    expect((await workspace.lacre(["verify"])).status).toBe(0);
    expect(await workspace.lacre(["verify", "--config-from", "main"])).toMatchObject({
      status: 3,
      stdout: expect.stringContaining("sealed-recipient-unknown"),
    });
    workspace.git("checkout", "-q", "main");
    workspace.git("rm", "-q", "keys/prod.pub");
    commit(workspace, "a base without its keys");
    workspace.git("checkout", "-q", "change");
    expect(await workspace.lacre(["verify", "--config-from", "main"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("could not be judged"),
    });
  });

  it("refuses what is no revision, a link in the place of a file, and --accept", async () => {
    const workspace = repository();
    const file = workspace.file("made");
    expect((await workspace.lacre(["verify", `--config-from=--output=${file}`])).status).toBe(2);
    expect((await workspace.lacre(["verify", "--config-from", ""])).status).toBe(2);
    expect((await workspace.lacre(["verify", "--config-from", "nowhere"])).status).toBe(8);
    expect((await workspace.lacre(["verify", "--config-from", "main", "--accept", "because"])).status).toBe(2);
    expect(fs.existsSync(file)).toBe(false);
    workspace.write("elsewhere", configuration(""));
    fs.symlinkSync("elsewhere", workspace.file(".lacre.yaml"));
    commit(workspace, "link");
    expect((await workspace.lacre(["verify", "--config-from", "HEAD"])).status).toBe(1);
  });

  it("says when there is no configuration there", async () => {
    const ran = await repository().lacre(["verify", "--config-from", "main"]);
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining("has no .lacre.yaml") });
  });
});

describe("the action", () => {
  it("lets no change bring its own allowances, and takes the configuration from where it is told", () => {
    const workspace = repository();
    workspace.write("a.env", `# lacre:allow plaintext-credential because\nA_PASSWORD=${VALUE}\n`);
    commit(workspace, "secret");
    // What the first lines install is what was built: test/cli/repository/ci-steps.test.ts runs them.
    const built = `lacre() { "${process.execPath}" "${MAIN}" "$@"; }\n`;
    const action = parse(fs.readFileSync(path.join(import.meta.dirname, "../../../action.yml"), "utf8"));
    const run = (env: Readonly<Record<string, string>>) =>
      spawnSync("bash", ["-e", "-c", built + action.runs.steps[0].run.split(INSTALL)[1]], {
        cwd: workspace.path,
        env: {
          ...workspace.env,
          SARIF: "",
          RANGE: "",
          CONFIG: "",
          ...env,
        },
      });
    expect(run({}).status).toBe(0);
    const ranged = run({ RANGE: "main...HEAD", CONFIG: "main" });
    expect([ranged.status, ranged.stdout.toString()]).toEqual([3, expect.stringContaining("title=allowance-added")]);
    expect(run({ CONFIG: "nowhere" }).status).toBe(8);
  });
});
