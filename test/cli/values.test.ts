/** Values arrive as they were meant, or do not arrive: nothing, placeholders, ciphertext of others, and slips of the hand. */
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const R = ["-r", "prod.pub"];
const RAW = ["seal", "--raw", ...R, "-n", "shop", "--name", "db", "--key", "A"];

async function sealed(): Promise<Workspace> {
  const workspace = await new Workspace().withKey();
  workspace.write("db.yaml", secretYaml("db", { A: "value-of-a" }));
  await workspace.lacre(["seal", "-i", ...R, "db.yaml"]);
  return workspace;
}

async function openedValue(workspace: Workspace): Promise<string> {
  const { stdout } = await workspace.lacre(["open", "-k", "prod.key", "--format", "json", "db.yaml"]);
  return JSON.parse(stdout).stringData.A;
}

describe("an empty value", () => {
  it.each([
    ["a pipe without anything", [], { input: "" }],
    ["a pipe of one line break", [], { input: "\n" }],
    ["an empty file", ["--from-file", "empty"], {}],
    ["nothing but Enter at the prompt", [], { typed: [""] }],
  ] as const)("from %s is refused, and nothing changes", async (_, more, given) => {
    const workspace = await sealed();
    workspace.write("empty", "");
    const before = workspace.read("db.yaml");
    const set = await workspace.lacre(["set", "db.yaml", "A", ...R, ...more], given);
    expect([set.status, set.stderr]).toEqual([
      1,
      expect.stringContaining("lacre: error: the value of A is empty\nhint: "),
    ]);
    expect(set.stderr).toContain("--allow-empty-value");
    expect(workspace.read("db.yaml")).toBe(before);
    const raw = await workspace.lacre([...RAW, ...more], given);
    expect([raw.status, raw.stdout]).toEqual([1, ""]);
  });

  it("is sealed where it is asked for by name", async () => {
    const workspace = await sealed();
    expect((await workspace.lacre(["set", "db.yaml", "A", ...R, "--allow-empty-value"])).status).toBe(0);
    expect(await openedValue(workspace)).toBe("");
    expect((await workspace.lacre([...RAW, "--allow-empty-value"])).stdout).toMatch(/^lacre1\./);
  });

  it("is not what an editor leaves behind a key, without quotes", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    const edited = await workspace.lacre(["edit", "db.yaml", ...R], { env: { EDITOR: "sed -i 's/<sealed>/|/'" } });
    expect([edited.status, edited.stderr]).toEqual([1, expect.stringContaining('for an empty value write ""')]);
    expect(workspace.read("db.yaml")).toBe(before);
  });

  it.each([["open", "-k", "prod.key"], ["seal", ...R], ["inspect"]])("is no input for %s", async (...args) => {
    const workspace = await sealed();
    expect((await workspace.lacre([...args, "-"])).stderr).toContain("standard input is empty");
  });
});

describe("a value that is typed", () => {
  it("is asked for twice, and two that differ change nothing", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    const differing = await workspace.lacre(["set", "db.yaml", "A", ...R], { typed: ["hunter2", "huntre2"] });
    expect([differing.status, differing.stderr]).toEqual([2, expect.stringContaining("are not the same")]);
    expect(differing.stderr).not.toContain("hunt");
    expect(workspace.read("db.yaml")).toBe(before);
    expect((await workspace.lacre(["set", "db.yaml", "A", ...R], { typed: ["hunter2", "hunter2"] })).status).toBe(0);
    expect(await openedValue(workspace)).toBe("hunter2");
  });
});

describe("what may be a value", () => {
  it.each([
    [["set", "db.yaml", "A", "hunter2"]],
    [["set", "db.yaml", "A=hunter2"]],
    [["set", "db.yaml", "A:hunter2"]],
    [["set", "--password=hunter2", "db.yaml", "A"]],
    [["set", "-phunter2", "db.yaml", "A"]],
    [["set", "--scope=hunter2", "db.yaml", "A"]],
    [["unset", "db.yaml", "A=hunter2"]],
    [["seal", "--raw", "hunter2", ...R, "--name", "x", "-n", "y", "--key", "A"]],
    [["seal", "--raw", ...R, "--name", "x", "-n", "y", "--key", "A=hunter2"]],
    [["set", "A=hunter2", "B", ...R]],
    [["seal", "A=hunter2", ...R]],
    [["open", "-k", "prod.key", "--format", "dotenv", "--only", "A=hunter2", "db.yaml"]],
    [["set=hunter2"]],
  ])("is not repeated: lacre %j", async (args) => {
    const ran = await (await sealed()).lacre(args, { input: "x" });
    expect(ran.status).not.toBe(0);
    expect(ran.stderr + ran.stdout).not.toContain("hunter");
    expect(ran.stderr).toContain("hint: ");
  });
});

const AGE = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----";
const FOREIGN: readonly (readonly [string, string, string])[] = [
  ["SOPS", "ENC[AES256_GCM,data:abc=,iv:def=,tag:ghi=,type:str]", "sops decrypt"],
  ["ejson", "EJ[1:abc=:def=:ghi=]", "ejson decrypt"],
  ["dotenvx", `encrypted:${"B".repeat(60)}`, "dotenvx decrypt"],
  ["Ansible Vault", "$ANSIBLE_VAULT;1.1;AES256\n6162", "ansible-vault view"],
  ["age", AGE, "age -d"],
];

describe("a value that is none yet", () => {
  it.each(FOREIGN)("%s's ciphertext is refused with the command that opens it", async (tool, value, command) => {
    const workspace = await sealed();
    workspace.write("plain.yaml", secretYaml("x", { A: value }));
    for (const [args, input] of [
      [["set", "db.yaml", "A", ...R], value],
      [RAW, value],
      [["seal", ...R, "plain.yaml"], ""],
    ] as const) {
      const ran = await workspace.lacre(args, { input });
      expect([ran.status, ran.stdout]).toEqual([1, ""]);
      expect(ran.stderr).toContain(`the value of A is sealed by ${tool} already`);
      expect(ran.stderr).toContain(command);
      expect((await workspace.lacre([...args, "--as-is"], { input })).status).toBe(0);
    }
  });

  it.each([
    "\x24{DB_PASSWORD}",
    "<path:kv/data/db#password>",
    "ref+vault://kv/db#/password",
    "{{ .Values.x }}",
    "op://v/i/f",
    "<sealed>",
  ])("the placeholder %s is refused, and sealed with --as-is", async (value) => {
    const workspace = await sealed();
    const set = await workspace.lacre(["set", "db.yaml", "A", ...R], { input: value });
    expect([set.status, set.stderr]).toEqual([1, expect.stringContaining("the value of A is a placeholder")]);
    expect((await workspace.lacre(["set", "db.yaml", "A", ...R, "--as-is"], { input: value })).status).toBe(0);
    expect(await openedValue(workspace)).toBe(value);
  });

  it("is refused in an editor too", async () => {
    const workspace = await sealed();
    const EDITOR = "sed -i 's/<sealed>/\x24{PASSWORD}/'";
    expect((await workspace.lacre(["edit", "db.yaml", ...R], { env: { EDITOR } })).stderr).toContain(
      "is a placeholder",
    );
    expect((await workspace.lacre(["edit", "db.yaml", ...R, "--as-is"], { env: { EDITOR } })).status).toBe(0);
  });

  it("is known by its file: .env files, Secrets and objects of other tools name the way out", async () => {
    const workspace = await sealed();
    workspace.write("sops.env", "A=x\nsops_mac=ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n");
    workspace.write("sops.yaml", `${secretYaml("x", { A: "x" })}sops:\n  mac: ENC[x]\n`);
    workspace.write(
      "theirs.yaml",
      "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec:\n  encryptedData: {A: x}\n",
    );
    const hint = async (...args: readonly string[]) => (await workspace.lacre(["seal", ...R, ...args])).stderr;
    expect(await hint("-n", "shop", "--name", "x", "sops.env")).toContain("sops decrypt");
    expect(await hint("sops.yaml")).toContain("sops decrypt");
    expect(await hint("theirs.yaml")).toContain("kubectl get secret");
  });
});

describe("a .env file that readers disagree on", () => {
  it("is sealed and printed for the reader that is named, and refused else", async () => {
    const workspace = await sealed();
    workspace.write("app.env", 'A="two words"\n');
    const args = ["seal", ...R, "-n", "shop", "--name", "db", "app.env"];
    const refused = await workspace.lacre(args);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("against kubectl")]);
    expect(refused.stderr).not.toContain("words");
    expect((await workspace.lacre([...args, "--env-dialect", "bash", "-o", "db.yaml"])).status).toBe(0);
    expect(await openedValue(workspace)).toBe("two words");
    const open = ["open", "-k", "prod.key", "--format", "dotenv", "db.yaml"];
    expect((await workspace.lacre(open)).stderr).toContain(
      "no .env file holds the value of A for all who read such files",
    );
    expect((await workspace.lacre([...open, "--env-dialect", "node"])).stdout).toBe("A=two words\n");
    expect((await workspace.lacre([...open, "--env-dialect", "bash"])).stdout).toBe("A='two words'\n");
  });

  it("is read as the repository proves, which is told; where two prove it differently, neither counts", async () => {
    const workspace = await sealed();
    workspace.write("envs/app.env", 'A="two words"\n');
    const args = ["seal", ...R, "-n", "shop", "--name", "db", "envs/app.env", "-o", "db.yaml"];
    workspace.write("envs/kustomization.yaml", "secretGenerator: [{name: db, envs: [app.env]}]\n");
    const read = await workspace.lacre(args);
    expect([read.status, read.stderr]).toEqual([
      0,
      expect.stringContaining("note: envs/app.env is read as kubectl reads it, for envs/kustomization.yaml names it\n"),
    ]);
    expect(await openedValue(workspace)).toBe('"two words"');
    expect((await workspace.lacre([...args, "--env-dialect", "bash"])).status).toBe(0);
    expect(await openedValue(workspace)).toBe("two words");
    // Above it, in its work tree.
    workspace.sh("git init -q");
    workspace.write("compose.yaml", "services: {app: {env_file: [envs/app.env]}}\n");
    expect((await workspace.lacre(args)).stderr).toContain("readers of .env files disagree on the value of A");
    workspace.write("envs/kustomization.yaml", "resources: [app.env]\n");
    expect((await workspace.lacre(args)).stderr).toContain("as compose reads it, for compose.yaml names it\n");
  });

  it("is not judged by what lies above a directory without a work tree, or cannot be read", async () => {
    const workspace = await sealed();
    workspace.write("envs/app.env", 'A="two words"\n');
    workspace.write("compose.yaml", "services: {app: {env_file: [envs/app.env]}}\n");
    workspace.write("envs/compose.yaml/x", "");
    const refused = await workspace.lacre(["seal", ...R, "-n", "shop", "--name", "db", "envs/app.env"]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("readers of .env files disagree")]);
  });
});

describe("a generated value", () => {
  const opened = async (workspace: Workspace): Promise<Record<string, string>> =>
    JSON.parse((await workspace.lacre(["open", "-k", "prod.key", "--format", "json", "db.yaml"])).stdout).stringData;

  it("is sealed, for several keys at once, and shown to nobody", async () => {
    const workspace = await sealed();
    const set = await workspace.lacre(["set", "db.yaml", "A", "B", ...R, "--generate", "hex"]);
    expect([set.status, set.stdout]).toEqual([0, ""]);
    expect(set.stderr).toContain("sealed generated values of A, B in db.yaml\n");
    const { A, B } = await opened(workspace);
    expect([A, B]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(A).not.toBe(B);
    expect(set.stderr).not.toContain(A);
  });

  it("is letters and digits if nothing is said, as long as is asked, and weak only by name", async () => {
    const workspace = await sealed();
    expect((await workspace.lacre(["set", "db.yaml", "C", ...R, "--generate"])).status).toBe(0);
    expect((await opened(workspace))["C"]).toMatch(/^[A-Za-z0-9]{43}$/);
    const before = workspace.read("db.yaml");
    const weak = ["set", "db.yaml", "PIN", ...R, "--generate", "hex", "--length", "6"];
    const refused = await workspace.lacre(weak);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("--weak")]);
    expect(workspace.read("db.yaml")).toBe(before);
    expect((await workspace.lacre([...weak, "--weak"])).status).toBe(0);
    expect((await opened(workspace))["PIN"]).toMatch(/^[0-9a-f]{6}$/);
  });

  it.each([
    ["a value in the place of a second key", ["A", "hunter2"], "too many arguments"],
    ["a length without it", ["A", "--length", "40"], "--length and --weak go with --generate"],
    ["a length that is none", ["A", "--generate", "--length", "x"], "--length for alphanumeric is 22 to 4096"],
    ["a key twice", ["A", "A", "--generate"], "named twice"],
    ["a file as well", ["A", "--generate", "hex", "--from-file", "db.yaml"], "cannot be used with"],
    ["a form that is none", ["A", "--generate=hunter2"], "Allowed choices are"],
  ])("%s is refused, and changes nothing", async (_what, args, message) => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    const refused = await workspace.lacre(["set", "db.yaml", ...args, ...R]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(refused.stderr).not.toContain("hunter2");
    expect(workspace.read("db.yaml")).toBe(before);
  });
});

describe("a key of a sealed file that lost its quotes", () => {
  it("is found by verify, and refused by all who read the file", async () => {
    const workspace = await sealed();
    await workspace.lacre(["set", "db.yaml", "yes", ...R], { input: "x" });
    expect((await workspace.lacre(["verify", "--no-ignore", "db.yaml"])).status).toBe(0);
    workspace.write("db.yaml", workspace.read("db.yaml").replace('"yes":', "yes:"));
    const verified = await workspace.lacre(["verify", "--no-ignore", "db.yaml"]);
    expect([verified.status, verified.stdout + verified.stderr]).toEqual([
      3,
      expect.stringContaining("a key of spec.entries is not text"),
    ]);
    expect((await workspace.lacre(["inspect", "db.yaml"])).stderr).toContain("put it in quotes");
  });
});
