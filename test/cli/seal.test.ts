import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const R = ["-r", "prod.pub"];
const open = (workspace: Workspace, file: string) => workspace.lacre(["open", "--key-file", "prod.key", file]);

describe("lacre seal", () => {
  it("seals a Secret on stdin into a manifest on stdout that opens to the same values", async () => {
    const workspace = await new Workspace().withKey();
    const sealed = await workspace.lacre(["seal", ...R], {
      input: secretYaml("db", { PASSWORD: "hunter2", USER: "ada" }),
    });
    expect(sealed.status).toBe(0);
    expect(sealed.stdout).not.toContain("hunter2");
    expect(sealed.stdout).toMatch(/^apiVersion: lacre\.dev\/v1alpha1\nkind: SealedSecret\n/);
    expect(sealed.stdout).toMatch(/\n {4}PASSWORD:\n {6}sealed: lacre1\./);
    workspace.write("sealed.yaml", sealed.stdout);
    expect((await open(workspace, "sealed.yaml")).stdout).toContain("PASSWORD: hunter2\n  USER: ada");
  });

  it("leaves every other document of a stream byte for byte as it is", async () => {
    const workspace = await new Workspace().withKey();
    const before = "# head\r\napiVersion: v1\nkind: ConfigMap # odd   spacing\ndata: {a: 'b',   c: \"d\"}\n\n\n";
    const after = "# tail\nfoo:   [1,2,   3]\n...\n";
    workspace.write("all.yaml", `${before}---\n${secretYaml("db", { A: "value-of-a" })}---\n${after}`);
    expect((await workspace.lacre(["seal", "--in-place", ...R, "all.yaml"])).status).toBe(0);
    const text = workspace.read("all.yaml");
    expect(text.startsWith(`${before}---\napiVersion: lacre.dev`)).toBe(true);
    expect(text.endsWith(`---\n${after}`)).toBe(true);
  });

  it("seals the Secrets of a List and keeps its other items", async () => {
    const workspace = await new Workspace().withKey();
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "a", namespace: "shop" },
          data: { K: "dmFsdWUtb2Yta2V5" },
        },
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" } },
      ],
    };
    workspace.write("list.json", JSON.stringify(list, null, 2));
    expect((await workspace.lacre(["seal", "-i", ...R, "list.json"])).status).toBe(0);
    const [sealed, kept] = JSON.parse(workspace.read("list.json")).items;
    expect([sealed.kind, kept]).toEqual(["SealedSecret", list.items[1]]);
    expect((await open(workspace, "list.json")).stdout).toContain("K: value-of-key");
  });

  it("takes stringData over data, strips what the server added, and never keeps last-applied-configuration", async () => {
    const workspace = await new Workspace().withKey();
    const text = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: shop
  uid: 0b7f
  resourceVersion: "12"
  creationTimestamp: 2026-01-01T00:00:00Z
  ownerReferences: [{kind: X}]
  managedFields: [{manager: kubectl}]
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"A":"from-string-data"}}'
    team: payments
    argocd.argoproj.io/sync-wave: "1"
type: kubernetes.io/basic-auth
immutable: true
data:
  A: ZnJvbS1kYXRh
stringData:
  A: from-string-data
`;
    const sealed = await workspace.lacre(["seal", ...R], { input: text });
    expect(sealed.status).toBe(0);
    for (const gone of [
      "uid",
      "resourceVersion",
      "creationTimestamp",
      "ownerReferences",
      "managedFields",
      "last-applied",
      "from-",
    ]) {
      expect(sealed.stdout).not.toContain(gone);
    }
    expect(sealed.stdout).toContain('  annotations:\n    argocd.argoproj.io/sync-wave: "1"\nspec:');
    expect(sealed.stdout).toContain(
      "  secret:\n    type: kubernetes.io/basic-auth\n    immutable: true\n    annotations:\n      team: payments\n",
    );
    workspace.write("sealed.yaml", sealed.stdout);
    expect((await open(workspace, "sealed.yaml")).stdout).toContain("A: from-string-data");
  });

  it("drops comments inside the data, and leaves out one above the Secret that tells a value", async () => {
    const workspace = await new Workspace().withKey();
    const inside = secretYaml("db", { A: "value-of-a" }).replace("stringData:", "stringData:\n  # was: old-password");
    const sealed = await workspace.lacre(["seal", ...R], {
      input: `# the shop's database\n${inside}# old-password too\n`,
    });
    expect(sealed.stdout).toContain("# the shop's database");
    expect(sealed.stdout).not.toContain("old-password");
    const telling = await workspace.lacre(["seal", ...R], { input: `# kept\n# A is value-of-a\n${inside}` });
    expect(telling.stdout).toMatch(/^# kept\napiVersion/);
    expect(telling.stderr).toContain("left out 1 comment line that held a value");
  });

  it("seals a .env file under the name it is given", async () => {
    const BASH = ["--env-dialect", "bash"];
    const workspace = await new Workspace().withKey();
    workspace.write("app.env", "# comment\nexport A=plain # why\nB='single $x'\nC='two\nlines'\nD=\nE=a#b\n");
    expect(
      (await workspace.lacre(["seal", ...R, "app.env", "-n", "shop", "--name", "app", "-o", "app.yaml", ...BASH]))
        .status,
    ).toBe(0);
    const printed = (await workspace.lacre(["open", "-k", "prod.key", "--format", "dotenv", "app.yaml", ...BASH]))
      .stdout;
    expect(printed).toBe("A=plain\nB='single $x'\nC='two\nlines'\nD=\nE=a#b\n");
  });

  it("keeps the tokens of unchanged values when it seals again, and seals only what changed", async () => {
    const workspace = await new Workspace().withKey();
    const seal = async (values: Record<string, string>) => {
      workspace.write("plain/db.yaml", secretYaml("db", values));
      return await workspace.lacre(["seal", ...R, "plain", "-o", "sealed"]);
    };
    expect((await seal({ A: "value-of-a", B: "value-of-b" })).status).toBe(0);
    const first = workspace.read("sealed/db.yaml");
    const stat = fs.statSync(workspace.file("sealed/db.yaml"));
    expect((await seal({ A: "value-of-a", B: "value-of-b" })).stderr).toContain("nothing to do");
    expect(fs.statSync(workspace.file("sealed/db.yaml")).ino).toBe(stat.ino);

    workspace.write("sealed/db.yaml", first.replace("    A:\n", "    # why A is needed\n    A:\n"));
    expect((await seal({ A: "value-of-a", B: "changed", C: "new" })).stderr).toContain(
      "sealed 2 values of 1 Secret (1 unchanged)",
    );
    const second = workspace.read("sealed/db.yaml");
    const line = (text: string, key: string) => text.split(`    ${key}:\n`)[1]?.split("\n")[0];
    expect(line(second, "A")).toBe(line(first, "A"));
    expect(line(second, "B")).not.toBe(line(first, "B"));
    expect(second).toContain("# why A is needed");
    expect((await open(workspace, "sealed/db.yaml")).stdout).toContain("A: value-of-a\n  B: changed\n  C: new");
    await seal({ B: "changed" });
    expect(workspace.read("sealed/db.yaml")).not.toContain("    A:\n");
  });

  it("seals anew for other recipients, another scope, without the cache and when the cache is gone", async () => {
    const workspace = await (await new Workspace().withKey()).withKey("other");
    workspace.write("plain.yaml", secretYaml("db", { A: "value-of-a" }));
    const seal = async (...more: readonly string[]) => {
      expect((await workspace.lacre(["seal", "plain.yaml", "-o", "sealed.yaml", ...more])).status).toBe(0);
      return workspace.read("sealed.yaml");
    };
    const texts = [
      await seal(...R),
      await seal("-r", "other.pub"),
      await seal(...R, "-r", "other.pub"),
      await seal(...R),
      await seal(...R, "--scope", "namespace"),
      await seal(...R, "--scope", "namespace", "--no-cache"),
    ];
    expect(new Set(texts).size).toBe(texts.length);
    fs.rmSync(workspace.file(".home/.cache"), { recursive: true });
    expect(texts).not.toContain(await seal(...R, "--scope", "namespace"));
  });

  it("the cache holds no value, no length and no unkeyed hash of one, and only its owner can read it", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("plain.yaml", secretYaml("db", { A: "value-of-a" }));
    await workspace.lacre(["seal", ...R, "plain.yaml", "-o", "sealed.yaml"]);
    const cache = workspace.read(".home/.cache/lacre/seal-cache");
    expect(cache).toMatch(/^[0-9a-f]{32} [0-9a-f]{32}\n$/);
    for (const name of ["seal-cache", "seal-cache.key"])
      expect(fs.statSync(workspace.file(`.home/.cache/lacre/${name}`)).mode & 0o777).toBe(0o600);
  });

  it("seals for several recipients, each of whom can open", async () => {
    const workspace = await (await new Workspace().withKey()).withKey("other");
    workspace.write(
      "sealed.yaml",
      (await workspace.lacre(["seal", ...R, "-r", "other.pub"], { input: secretYaml("db", { A: "value-of-a" }) }))
        .stdout,
    );
    for (const key of ["prod.key", "other.key"])
      expect((await workspace.lacre(["open", "-k", key, "sealed.yaml"])).stdout).toContain("A: value-of-a");
  });

  it("seals one raw value byte for byte, and opens it again", async () => {
    const workspace = await new Workspace().withKey();
    const value = Buffer.from([0, 1, 2, 255, 10]);
    const place = ["-n", "shop", "--name", "db", "--key", "BLOB"];
    const token = await workspace.lacre(["seal", "--raw", ...R, ...place], { input: value });
    expect(token.stdout).toMatch(/^lacre1\.[\w-]+\n$/);
    const opened = await workspace.lacre(["open", "--raw", "-k", "prod.key", ...place], { input: token.stdout });
    expect(Buffer.compare(opened.bytes, value)).toBe(0);
    const moved = await workspace.lacre(
      ["open", "--raw", "-k", "prod.key", "-n", "shop", "--name", "db", "--key", "OTHER"],
      {
        input: token.stdout,
      },
    );
    expect([moved.status, moved.stdout]).toEqual([6, ""]);
  });

  it("changes nothing when it is run again in place", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "value-of-a" }), 0o640);
    await workspace.lacre(["seal", "-i", ...R, "db.yaml"]);
    const [text, { ino, mode }] = [workspace.read("db.yaml"), fs.statSync(workspace.file("db.yaml"))];
    expect(mode & 0o777).toBe(0o640);
    expect((await workspace.lacre(["seal", "-i", ...R, "db.yaml"])).status).toBe(0);
    expect([workspace.read("db.yaml"), fs.statSync(workspace.file("db.yaml")).ino]).toEqual([text, ino]);
  });

  it("takes the key of the environment in .lacre.yaml, from any directory below it", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write(
      ".lacre.yaml",
      "version: 1\ndefaultEnvironment: prod\nenvironments:\n  prod: { keys: prod.pub }\n  dev: { keys: dev.pub }\n",
    );
    workspace.write("deep/er/db.yaml", secretYaml("db", { A: "value-of-a" }));
    const sealed = await (await workspace.pin("prod.pub")).lacre(["seal", "-i", "db.yaml"], {
      cwd: workspace.file("deep/er"),
    });
    expect([sealed.status, sealed.whom]).toEqual([0, expect.stringMatching(/^prod \([0-9a-f]{8}\)$/)]);
    const missing = await workspace.lacre(["seal", "--env", "dev"], { input: secretYaml("db", { A: "x" }) });
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(
      /^lacre: error: no public key for "dev": dev\.pub is missing or empty\nhint: get the key/,
    );
  });

  it("seals a tree or nothing: one broken file, and no file is written", async () => {
    const workspace = await new Workspace().withKey();
    for (const name of ["a", "b", "c"])
      workspace.write(`tree/${name}.yaml`, secretYaml(name, { A: `value-of-${name}` }));
    workspace.write("tree/z.yaml", "a: [1, 2\n");
    const ran = await workspace.lacre(["seal", "-i", ...R, "tree"]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/^lacre: error: tree\/z\.yaml:\d+:\d+: /);
    for (const name of ["a", "b", "c"]) expect(workspace.read(`tree/${name}.yaml`)).toContain(`value-of-${name}`);
  });

  it("reports as JSON what it did", async () => {
    const workspace = await new Workspace().withKey();
    workspace.write("db.yaml", secretYaml("db", { A: "x", B: "y" }));
    const ran = await workspace.lacre(["seal", "-i", "--json", ...R, "db.yaml"]);
    expect(JSON.parse(ran.stdout)).toEqual({
      files: [{ path: "db.yaml", status: "sealed", secrets: 1, values: 2, kept: 0 }],
    });
  });
});
