import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { thisProcess } from "../../src/node/process-identity.ts";
import { secretYaml, Workspace } from "../support/workspace.ts";

const R = ["-r", "prod.pub"];

/** A sealed file with odd formatting, which must survive every edit. */
async function sealed(
  values: Readonly<Record<string, string>> = { B: "value-of-b", D: "value-of-d" },
): Promise<Workspace> {
  const workspace = await new Workspace().withKey();
  workspace.write("db.yaml", secretYaml("db", values));
  await workspace.lacre(["seal", "-i", ...R, "db.yaml"]);
  const text = workspace.read("db.yaml");
  workspace.write(
    "db.yaml",
    `# top\n\n${text.replace("    D:\n", "\n    # about D\n    D:   # here\n")}\n# bottom\n---\nother:   document\n`,
  );
  return workspace;
}

async function openValues(workspace: Workspace, file = "db.yaml"): Promise<Record<string, string>> {
  const { stdout, stderr } = await workspace.lacre(["open", "-k", "prod.key", "--format", "json", file]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout).stringData;
}

/** The lines that differ between two texts of the same shape. */
function changedLines(before: string, after: string): readonly string[] {
  const kept = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !kept.has(line));
}

describe("lacre set", () => {
  it("replaces one token and touches no other byte", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    expect((await workspace.lacre(["set", "db.yaml", "D", ...R], { input: "new" })).status).toBe(0);
    const after = workspace.read("db.yaml");
    expect(changedLines(before, after)).toHaveLength(1);
    expect(after.length).toBe(before.length);
    expect(await openValues(workspace)).toEqual({ B: "value-of-b", D: "new" });
  });

  it("puts a new entry in its sorted place: first, between and last", async () => {
    const workspace = await sealed();
    for (const key of ["C", "A", "E", "0"])
      expect((await workspace.lacre(["set", "db.yaml", key, ...R], { input: `value-of-${key}` })).status).toBe(0);
    const keys = [...workspace.read("db.yaml").matchAll(/^ {4}("?\w+"?):/gm)].map(([, key]) => key);
    expect(keys).toEqual(['"0"', "A", "B", "C", "D", "E"]);
    expect(workspace.read("db.yaml")).toContain("\n    # about D\n    D:   # here\n");
    expect(Object.keys(await openValues(workspace))).toHaveLength(6);
  });

  it("needs no private key, and keeps the scope of what it replaces", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "x", B: "y" }));
    await workspace.lacre(["seal", "-i", "--scope", "namespace", ...R, "db.yaml"]);
    fs.rmSync(workspace.file("prod.key"));
    for (const key of ["A", "NEW"]) await workspace.lacre(["set", "db.yaml", key, ...R], { input: "z" });
    const [report] = JSON.parse((await workspace.lacre(["inspect", "--json", "db.yaml"])).stdout);
    expect(report.entries.map(({ scope }: { scope: string }) => scope)).toEqual([
      "namespace",
      "namespace",
      "namespace",
    ]);
  });

  it("is a no-op for a value that is there already", async () => {
    const workspace = await sealed();
    await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "same" });
    const { ino } = fs.statSync(workspace.file("db.yaml"));
    const again = await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "same" });
    expect([again.status, fs.statSync(workspace.file("db.yaml")).ino]).toEqual([0, ino]);
    expect(again.stderr).toContain("holds this value already");
  });

  it("takes a value from a file byte for byte, and points out a line break in a piped one", async () => {
    const workspace = await sealed();
    workspace.write("value.bin", Buffer.from([0, 255, 10]));
    expect((await workspace.lacre(["set", "db.yaml", "B", "--from-file", "value.bin", ...R])).status).toBe(0);
    const opened = JSON.parse(
      (await workspace.lacre(["open", "-k", "prod.key", "--format", "json", "db.yaml"])).stdout,
    );
    expect(opened.data.B).toBe("AP8K");
    expect((await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "echoed\n" })).stderr).toContain(
      "ends with a line break",
    );
  });

  it("edits JSON, quoted and folded tokens, and CRLF files in their own style", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write(
      "db.json",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "db", namespace: "shop" },
        stringData: { A: "x" },
      }),
    );
    await workspace.lacre(["seal", "-i", ...R, "db.json"]);
    for (const key of ["A", "B"])
      expect((await workspace.lacre(["set", "db.json", key, ...R], { input: "y" })).status).toBe(0);
    expect(Object.keys(JSON.parse(workspace.read("db.json")).spec.entries)).toEqual(["A", "B"]);

    workspace.write("crlf.yaml", secretYaml("db", { A: "x", C: "z" }));
    await workspace.lacre(["seal", "-i", ...R, "crlf.yaml"]);
    const quoted = workspace
      .read("crlf.yaml")
      .replace(/sealed: (lacre1\S+)/, "sealed: '$1'")
      .replace(/sealed: (lacre1\S+)/, 'sealed: "$1"');
    workspace.write("crlf.yaml", `\uFEFF${quoted.replaceAll("\n", "\r\n")}`);
    for (const key of ["A", "B", "C"])
      expect((await workspace.lacre(["set", "crlf.yaml", key, ...R], { input: key })).status).toBe(0);
    const text = workspace.read("crlf.yaml");
    expect(text.startsWith("\uFEFFapiVersion")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(text).toMatch(/sealed: '.*\r\n {4}B:\r\n {6}sealed: lacre1.*\r\n {4}C:\r\n {6}sealed: "/);
    expect(await openValues(workspace, "crlf.yaml")).toEqual({ A: "A", B: "B", C: "C" });
  });

  it("says which SealedSecret is meant when a file holds several", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("two.yaml", `${secretYaml("one", { A: "x" })}---\n${secretYaml("two", { A: "x" })}`);
    await workspace.lacre(["seal", "-i", ...R, "two.yaml"]);
    const ran = await workspace.lacre(["set", "two.yaml", "A", ...R], { input: "y" });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toBe(
      "lacre: error: two.yaml holds several SealedSecrets\nhint: say which with --object: shop/one, shop/two\n",
    );
    expect((await workspace.lacre(["set", "two.yaml", "A", ...R, "--object", "shop/two"], { input: "y" })).status).toBe(
      0,
    );
  });

  it("warns when the new value is for other keys than the rest", async () => {
    const workspace = await (await sealed()).withKey("other");
    expect((await workspace.lacre(["set", "db.yaml", "B", "-r", "other.pub"], { input: "y" })).stderr).toContain(
      "sealed for other keys",
    );
  });

  it("two writers at once lose nothing", async () => {
    const workspace = await sealed();
    const keys = Array.from({ length: 12 }, (_, index) => `K${index}`);
    const script = `${keys.map((key) => `(printf %s value-of-${key} | $LACRE set db.yaml ${key} -r prod.pub) &`).join("\n")}\nwait`;
    expect(workspace.sh(script).status).toBe(0);
    expect(Object.keys(await openValues(workspace)).sort()).toEqual([...keys, "B", "D"].sort());
    expect(fs.readdirSync(workspace.path).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  it("takes over the lock of a writer that was killed, and gives up with a conflict on one that lives", async () => {
    const workspace = await sealed();
    const holder = { id: "0123456789abcdef", ...thisProcess() };
    workspace.write(".db.yaml.lacre-lock", JSON.stringify({ ...holder, pid: 999999999 }));
    expect((await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "y" })).status).toBe(0);
    workspace.write(".db.yaml.lacre-lock", JSON.stringify(holder));
    const before = workspace.read("db.yaml");
    const ran = await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "z", clock: "jumping" });
    expect([ran.status, workspace.read("db.yaml")]).toEqual([7, before]);
    expect(ran.stderr).toContain(`another lacre (process ${process.pid} on ${holder.host}) is writing`);
  });

  it("a symbolic link stays one, and the file it leads to is changed", async () => {
    const workspace = await sealed();
    fs.mkdirSync(workspace.file("real"));
    fs.renameSync(workspace.file("db.yaml"), workspace.file("real/db.yaml"));
    fs.symlinkSync("real/db.yaml", workspace.file("db.yaml"));
    expect((await workspace.lacre(["set", "db.yaml", "B", ...R], { input: "y" })).status).toBe(0);
    expect(fs.lstatSync(workspace.file("db.yaml")).isSymbolicLink()).toBe(true);
    expect((await openValues(workspace, "real/db.yaml"))["B"]).toBe("y");
  });
});

describe("lacre unset", () => {
  it("removes the lines of one entry and nothing else", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    expect((await workspace.lacre(["unset", "db.yaml", "B"])).status).toBe(0);
    const gone = /^ {4}B:\n {6}sealed: .*\n/m;
    expect(workspace.read("db.yaml")).toBe(before.replace(gone, ""));
    expect((await workspace.lacre(["unset", "db.yaml", "D"])).status).toBe(0);
    expect(workspace.read("db.yaml")).toContain("entries: {}");
    expect((await workspace.lacre(["set", "db.yaml", "Z", ...R], { input: "y" })).status).toBe(0);
    expect(await openValues(workspace)).toEqual({ Z: "y" });
  });

  it("names the entries there are when the one named is none of them", async () => {
    const ran = await (await sealed()).lacre(["unset", "db.yaml", "X"]);
    expect([ran.status, ran.stderr]).toEqual([1, "lacre: error: db.yaml has no entry X\nhint: it has: B, D\n"]);
  });
});

describe("lacre edit", () => {
  const edit = (workspace: Workspace, editor: string) =>
    workspace.lacre(["edit", "db.yaml", ...R], { env: { EDITOR: editor } });

  it("shows placeholders, seals what was typed, removes lines that are gone and keeps the rest byte for byte", async () => {
    const workspace = await sealed({ A: "value-of-a", B: "value-of-b", C: "value-of-c" });
    const before = workspace.read("db.yaml");
    const ran = await edit(workspace, `sed -i -e 's/^A: <sealed>/A: typed\\nNEW: "5"/' -e '/^C:/d'`);
    expect(ran.stderr).toContain("sealed 2 and removed 1 entry in");
    expect(ran.status).toBe(0);
    expect(await openValues(workspace)).toEqual({ A: "typed", B: "value-of-b", NEW: "5" });
    const line = (text: string) => text.split("    B:\n")[1]?.split("\n")[0];
    expect(line(workspace.read("db.yaml"))).toBe(line(before));
  });

  it("works in memory only, and leaves no file behind", async () => {
    const workspace = await sealed();
    const ran = await edit(
      workspace,
      `sh -c 'stat -f -c %T "$0" > fs.txt; echo "$0" > where.txt; cp "$0" "$0.swp"; sed -i "s/^B: .*/B: typed/" "$0"'`,
    );
    expect(ran.status).toBe(0);
    expect(workspace.read("fs.txt").trim()).toBe("tmpfs");
    expect(fs.existsSync(workspace.read("where.txt").trim())).toBe(false);
    expect(
      fs.existsSync(
        workspace
          .read("where.txt")
          .trim()
          .replace(/\/[^/]*$/, ""),
      ),
    ).toBe(false);
  });

  it("changes nothing when nothing was edited, when all was deleted, and when the editor fails or is interrupted", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    expect((await edit(workspace, "true")).status).toBe(0);
    expect((await edit(workspace, "truncate -s 0")).status).toBe(0);
    expect([(await edit(workspace, "false")).status, (await edit(workspace, "false")).stderr]).toEqual([
      1,
      "lacre: error: the editor ended with status 1\nhint: nothing was changed\n",
    ]);
    expect((await edit(workspace, "sh -c 'kill -INT $$'")).status).toBe(1);
    expect(workspace.read("db.yaml")).toBe(before);
  });

  it("explains a mistake without showing what was typed", async () => {
    const workspace = await sealed();
    const before = workspace.read("db.yaml");
    const ran = await edit(workspace, `sed -i 's/^B: .*/B: {hunter2/'`);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/^lacre: error: your edit:\d+:\d+: /);
    expect(ran.stderr).not.toContain("hunter2");
    expect(workspace.read("db.yaml")).toBe(before);
  });

  it("keeps what others changed meanwhile, and calls the same entry a conflict", async () => {
    const workspace = await sealed();
    const meanwhile = (key: string) =>
      `sh -c 'printf other | $LACRE set db.yaml ${key} -r prod.pub; sed -i "s/^B: .*/B: mine/" "$0"'`;
    const env = { LACRE: `${process.execPath} ${process.cwd()}/dist/cli/main.cjs` };
    expect((await workspace.lacre(["edit", "db.yaml", ...R], { env: { ...env, EDITOR: meanwhile("D") } })).status).toBe(
      0,
    );
    expect(await openValues(workspace)).toEqual({ B: "mine", D: "other" });
    expect((await workspace.lacre(["edit", "db.yaml", ...R], { env: { ...env, EDITOR: meanwhile("B") } })).status).toBe(
      7,
    );
    expect((await openValues(workspace))["B"]).toBe("other");
  });
});
