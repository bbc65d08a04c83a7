/** The commands that read sealed files: open, inspect, exec, textconv, verify, and the keys they need. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const R = ["-r", "prod.pub"];

async function sealed(values: Readonly<Record<string, string>>, name = "db"): Promise<Workspace> {
  const workspace = await new Workspace().withKey();
  workspace.write(`${name}.yaml`, secretYaml(name, values));
  await workspace.lacre(["seal", "-i", ...R, `${name}.yaml`]);
  return workspace;
}

describe("lacre keys", () => {
  it.each(["mlkem768x25519", "x25519"])("generates %s keys whose public line can always be derived", async (suite) => {
    const workspace = new Workspace();
    const made = await workspace.lacre(["keys", "generate", "-k", "a.key", "--suite", suite]);
    expect(made.stdout).toMatch(new RegExp(`^# lacre key [0-9a-f]{32}\nlacre-public-1\\.${suite}\\.[\\w-]+\n$`));
    expect(workspace.read("a.key")).toMatch(new RegExp(`^lacre-private-1\\.${suite}\\.[\\w-]{43}\n$`));
    expect(`${made.stdout}${made.stderr}`).not.toContain(workspace.read("a.key").trim().split(".")[2]);
    expect((await workspace.lacre(["keys", "public", "-k", "a.key"])).stdout).toBe(made.stdout);
  });
});

describe("lacre open", () => {
  it("gives back text in stringData and other bytes in data, in YAML, JSON and .env", async () => {
    const workspace = await sealed({ TEXT: "two\nlines", WORD: "yes", NUMBER: "0123" });
    workspace.write("blob", Buffer.from([0, 159, 146, 150]));
    await workspace.lacre(["set", "db.yaml", "BLOB", ...R, "--from-file", "blob"]);
    const yaml = (await workspace.lacre(["open", "-k", "prod.key", "db.yaml"])).stdout;
    workspace.write("again.yaml", yaml);
    expect((await workspace.lacre(["seal", ...R, "again.yaml"])).status).toBe(0);
    expect(yaml).toContain("data:\n  BLOB: AJ+Slg==\nstringData:\n");
    const json = JSON.parse((await workspace.lacre(["open", "-k", "prod.key", "-f", "json", "db.yaml"])).stdout);
    expect(json.stringData).toEqual({ NUMBER: "0123", TEXT: "two\nlines", WORD: "yes" });
    const dotenv = await workspace.lacre(["open", "-k", "prod.key", "-f", "dotenv", "db.yaml"]);
    expect([dotenv.status, dotenv.stderr]).toEqual([
      1,
      "lacre: error: db.yaml: no .env file holds the value of BLOB for all who read such files\nhint: say who reads it: --env-dialect NAME; or use --format yaml\n",
    ]);
  });

  it("finds its key among several files, in a file of several keys and in LACRE_KEY_FILE", async () => {
    const workspace = await (await sealed({ A: "value" })).withKey("other");
    expect((await workspace.lacre(["open", "-k", "other.key", "-k", "prod.key", "db.yaml"])).status).toBe(0);
    workspace.write("all.key", `# two keys\n${workspace.read("other.key")}\n${workspace.read("prod.key")}`, 0o600);
    expect((await workspace.lacre(["open", "db.yaml"], { env: { LACRE_KEY_FILE: "all.key" } })).stdout).toContain(
      "A: value",
    );
  });
});

describe("lacre inspect", () => {
  it("shows scope, suite, age, key ids and a token that was moved, and needs no key", async () => {
    const workspace = await sealed({ A: "value-of-a", B: "value-of-b" });
    fs.rmSync(workspace.file("prod.key"));
    const text = workspace.read("db.yaml");
    const [first, second] = [...text.matchAll(/sealed: (\S+)/g)].map(([, token]) => token ?? "");
    workspace.write("db.yaml", text.replace(second ?? "", first ?? "").replace(/$/, ""));
    const shown = (await workspace.lacre(["inspect", "db.yaml"])).stdout;
    expect(shown).toMatch(
      /^shop\/db \(Opaque\) in db\.yaml\n {2}A {2}strict, mlkem768x25519 {2}sealed \d{4}-\d\d-\d\d \(today\) {2}key [0-9a-f]{8}\n/,
    );
    expect(shown).toMatch(/\n {2}B .*WRONG PLACE/);
    const [report] = JSON.parse((await workspace.lacre(["inspect", "--json", "db.yaml"])).stdout);
    expect(report.entries.map(({ belongs }: { belongs: boolean }) => belongs)).toEqual([true, false]);
  });
});

describe("lacre exec", () => {
  it("gives the values to the environment of the command only, and ends as it ends", async () => {
    const workspace = await sealed({ TOKEN: "value-of-token" });
    const exec = (...command: readonly string[]) =>
      workspace.lacreProcess(["exec", "-k", "prod.key", "db.yaml", "--", ...command]);
    expect(exec("sh", "-c", 'printf %s "$TOKEN"; exit 7')).toMatchObject({ stdout: "value-of-token", status: 7 });
    expect(exec("sh", "-c", "kill -TERM $$").status).toBe(143);
    expect(exec("no-such-command")).toMatchObject({
      status: 1,
      stderr: "lacre: error: no-such-command cannot be run\nhint: is it installed and in PATH?\n",
    });
    expect(exec("sh", "-c", "tr '\\0' ' ' < /proc/$PPID/cmdline").stdout).not.toContain("value-of-token");
  });

  it("gives values as files in memory that are gone afterwards", async () => {
    const workspace = await sealed({ "tls.key": "a\nkey", TOKEN: "value" });
    const ran = await workspace.lacre([
      "exec",
      "-k",
      "prod.key",
      "--files",
      "db.yaml",
      "--",
      "sh",
      "-c",
      'cd "$LACRE_FILES" && pwd && stat -c "%a %n" * && cat tls.key',
    ]);
    const [directory, ...lines] = ran.stdout.split("\n");
    expect(lines).toEqual(["400 TOKEN", "400 tls.key", "a", "key"]);
    expect(fs.existsSync(directory ?? "/")).toBe(false);
    const plain = await workspace.lacre(["exec", "-k", "prod.key", "db.yaml", "--", "true"]);
    expect([plain.status, plain.stderr]).toEqual([
      1,
      "lacre: error: db.yaml: tls.key cannot be an environment variable\nhint: give the values as files: --files\n",
    ]);
  });

  it("passes a signal on and clears its files when it is ended", async () => {
    const workspace = await sealed({ TOKEN: "value" });
    const script = `$LACRE exec -k prod.key --files db.yaml -- sh -c 'echo $LACRE_FILES > where; trap "echo caught > caught; exit 3" TERM; while :; do sleep 0.05; done' & pid=$!
      while ! [ -s where ]; do sleep 0.02; done; sleep 0.1; kill -TERM $pid; wait $pid; echo $?`;
    expect(workspace.sh(script).stdout).toBe("3\n");
    expect(workspace.read("caught")).toBe("caught\n");
    expect(fs.existsSync(workspace.read("where").trim())).toBe(false);
  });
});

describe("lacre textconv", () => {
  it("shows age and key ids instead of tokens, tells two tokens of one second apart, and passes other files by", async () => {
    const workspace = await sealed({ A: "value-of-a" });
    const first = (await workspace.lacre(["textconv", "db.yaml"])).stdout;
    expect(first).toMatch(/ {6}sealed: <sealed \d{4}-\d\d-\d\dT[\d:]+Z to key [0-9a-f]{8}, ….{8}>\n/);
    expect(first).not.toContain("lacre1.");
    await workspace.lacre(["set", "db.yaml", "A", ...R], { input: "other" });
    expect((await workspace.lacre(["textconv", "db.yaml"])).stdout).not.toBe(first);
    workspace.write("other", Buffer.from([0, 1, 2, 255]));
    expect(Buffer.compare((await workspace.lacre(["textconv", "other"])).bytes, Buffer.from([0, 1, 2, 255]))).toBe(0);
  });
});

describe("lacre verify", () => {
  it("says clean, finds a Secret in the clear, a broken token, a moved one and a private key, and never shows one", async () => {
    const workspace = await sealed({ A: "value-of-a" });
    workspace.git("init", "-q");
    workspace.write(".gitignore", ".home\nprod.key\n");
    expect(await workspace.lacre(["verify"])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^clean: 3 files/),
    });
    workspace.write("plain.yaml", secretYaml("other", { A: "hunter2" }));
    workspace.write("moved.yaml", workspace.read("db.yaml").replace("name: db", "name: elsewhere"));
    workspace.write("cut.yaml", workspace.read("db.yaml").slice(0, -9));
    workspace.write("notes.txt", workspace.read("prod.key"));
    const ran = await workspace.lacre(["verify", "--json"]);
    expect(ran.status).toBe(3);
    expect(ran.stdout).not.toContain("hunter2");
    expect(
      JSON.parse(ran.stdout).findings.map(({ path, rule, line }: Record<string, unknown>) => [path, rule, line]),
    ).toEqual([
      ["cut.yaml", "sealed-token-malformed", 9],
      ["moved.yaml", "sealed-token-moved", 9],
      ["notes.txt", "lacre-private-key", 1],
      ["plain.yaml", "kubernetes-secret-plaintext", 8],
    ]);
  });

  it("judges the index, not the work tree, and does not fail open", async () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    workspace.write("s.yaml", secretYaml("a", { A: "x" }));
    workspace.git("add", "s.yaml");
    fs.rmSync(workspace.file("s.yaml"));
    expect(await workspace.lacre(["verify", "--staged"])).toMatchObject({
      status: 3,
      stdout: expect.stringContaining("s.yaml:8: kubernetes-secret-plaintext"),
    });
    workspace.write("broken.yaml", "kind: Secret\na: [1\n");
    workspace.write("chart.yaml", "{{ if .Values.on }}\nkind: ConfigMap\n{{ end }}\n");
    workspace.git("rm", "-q", "--cached", "s.yaml");
    workspace.git("add", "chart.yaml");
    expect((await workspace.lacre(["verify", "--staged"])).status).toBe(0);
    workspace.git("add", "broken.yaml");
    expect((await workspace.lacre(["verify", "--staged"])).status).toBe(1);
    workspace.git("rm", "-q", "--cached", "broken.yaml", "chart.yaml");
    expect(await workspace.lacre(["verify", "--staged"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("nothing was scanned"),
    });
  });
});
