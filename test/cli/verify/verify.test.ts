/** `lacre verify` in real repositories: every way content can come into one, and every form of report. */
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { generateKey, type PublicKey } from "../../../src/crypto/index.ts";
import { formatPublicKey, signKeyList } from "../../../src/keys/index.ts";
import { loadEngine } from "../../../src/node/engine.ts";
import { secretYaml, Workspace } from "../../support/workspace.ts";

/** Looks generated, and is. */
const VALUE = "Zq81xTe49vLKd7mW";
const OTHER = "pR5tYu82NcQx0LbJ";

function repository(): Workspace {
  const workspace = new Workspace();
  workspace.git("init", "-q");
  workspace.write(".gitignore", ".home\n");
  workspace.write("app.yaml", "kind: ConfigMap\n");
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", "first");
  return workspace;
}

function commit(workspace: Workspace, message: string): string {
  workspace.git("add", "-A");
  workspace.git("commit", "-qm", message);
  return workspace.git("rev-parse", "HEAD").stdout.trim();
}

type Found = { readonly path: string; readonly line: number; readonly rule: string; readonly commit?: string };

async function verify(workspace: Workspace, ...args: readonly string[]) {
  const ran = await workspace.lacre(["verify", "--json", ...args]);
  const report = ran.stdout.startsWith("{") ? JSON.parse(ran.stdout) : { findings: [], notes: [] };
  const findings = report.findings as readonly (Found & { readonly allowed?: unknown })[];
  expect(ran.stdout).not.toContain(VALUE);
  return {
    status: ran.status,
    findings,
    notes: report.notes as readonly string[],
    stale: report.stale as readonly string[],
    stderr: ran.stderr,
  };
}

const places = (findings: readonly Found[]) => findings.map(({ path: file, line }) => `${file}:${line}`);

describe("the index", () => {
  it("is what counts, when the work tree says something else, both ways", async () => {
    const workspace = repository();
    workspace.write(".env", `DB_PASSWORD=${VALUE}\n`);
    workspace.git("add", ".env");
    workspace.write(".env", "DB_PASSWORD=\n");
    expect(places((await verify(workspace, "--staged")).findings)).toEqual([".env:1"]);
    expect((await verify(workspace)).status).toBe(0);
    workspace.git("add", ".env");
    workspace.write(".env", `DB_PASSWORD=${VALUE}\n`);
    expect((await verify(workspace, "--staged")).status).toBe(0);
    expect(places((await verify(workspace)).findings)).toEqual([".env:1"]);
  });

  it("is judged in whole blobs: a value added later to a Secret is found though the hunk names no kind", async () => {
    const workspace = repository();
    const lines = Array.from({ length: 40 }, (_, index) => `  # line ${index}`).join("\n");
    const secret = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  a: \${A}\n${lines}\n`;
    workspace.write("s.yaml", secret);
    commit(workspace, "a reference");
    workspace.write("s.yaml", `${secret}  zone: ${VALUE}\n`);
    workspace.git("add", "-A");
    expect(places((await verify(workspace, "--staged")).findings)).toEqual(["s.yaml:47"]);
  });

  it("sees a file that is marked binary or -diff, a renamed and edited one, and one in UTF-16", async () => {
    const workspace = repository();
    workspace.write("old.env", "A=1\nB=2\nC=3\nD=4\n");
    workspace.write(".gitattributes", "*.env binary\n*.yaml -diff\n");
    commit(workspace, "attributes");
    workspace.git("mv", "old.env", "new.env");
    workspace.write("new.env", `A=1\nB=2\nC=3\nD_PASSWORD=${VALUE}\n`);
    workspace.write("t.yaml", `password: ${VALUE}\n`);
    workspace.write("w.ps1", Buffer.from(`\ufeff$env:DB_PASSWORD = "${VALUE}"\n`, "utf16le"));
    workspace.git("add", "-A");
    expect(places((await verify(workspace, "--staged")).findings)).toEqual(["new.env:4", "t.yaml:1", "w.ps1:1"]);
  });

  it("follows roles that files of the repository give each other, though only one of them is staged", async () => {
    const workspace = repository();
    workspace.write("base/kustomization.yaml", "secretGenerator:\n- name: a\n  envs: [plain.txt]\n");
    workspace.write("base/plain.txt", "ZONE=\n");
    commit(workspace, "generator");
    workspace.write("base/plain.txt", "ZONE=Frankfurt\n");
    workspace.git("add", "-A");
    expect((await verify(workspace, "--staged")).findings).toMatchObject([{ rule: "secret-generator-file", line: 1 }]);
  });

  it("is guarded by the hook that init installs", async () => {
    const workspace = repository();
    expect((await workspace.lacre(["init"])).status).toBe(0);
    commit(workspace, "set up");
    workspace.write("s.yaml", secretYaml("a", { A: VALUE }));
    workspace.git("add", "-A");
    const refused = workspace.git("commit", "-qm", "no");
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain("kubernetes-secret-plaintext");
    fs.rmSync(workspace.file("s.yaml"));
    workspace.write("b.yaml", "kind: ConfigMap\n");
    workspace.git("add", "-A");
    expect(workspace.git("commit", "-qm", "yes").status).toBe(0);
  });
});

describe("a range and the history", () => {
  it("hold what was removed by the next commit, with the commit that brought it", async () => {
    const workspace = repository();
    workspace.write(".env", `DB_PASSWORD=${VALUE}\n`);
    const guilty = commit(workspace, "oops");
    fs.rmSync(workspace.file(".env"));
    commit(workspace, "removed");
    expect((await verify(workspace)).status).toBe(0);
    expect(await verify(workspace, "--range", "HEAD~2..HEAD")).toMatchObject({
      status: 3,
      findings: [{ path: ".env", commit: guilty }],
    });
    expect(await verify(workspace, "--history")).toMatchObject({
      status: 3,
      findings: [{ path: ".env", commit: guilty }],
    });
    expect((await verify(workspace, "--range", "HEAD~1..HEAD")).status).toBe(0);
  });

  it("hold what only a merge commit brought", async () => {
    const workspace = repository();
    workspace.git("checkout", "-qb", "side");
    workspace.write("a.yaml", "a: 1\n");
    commit(workspace, "side");
    workspace.git("checkout", "-q", "main");
    workspace.write("b.yaml", "b: 1\n");
    commit(workspace, "main");
    workspace.git("merge", "-q", "--no-commit", "--no-ff", "side");
    workspace.write("evil.yaml", `password: ${VALUE}\n`);
    const merge = commit(workspace, "merge");
    fs.rmSync(workspace.file("evil.yaml"));
    commit(workspace, "gone");
    expect((await verify(workspace, "--history")).findings).toMatchObject([{ path: "evil.yaml", commit: merge }]);
    expect((await verify(workspace, "--range", "HEAD~3...HEAD")).findings).toMatchObject([{ path: "evil.yaml" }]);
  });

  it("the history holds what is on an unmerged branch, behind a tag or in a stash only", async () => {
    const workspace = repository();
    workspace.git("checkout", "-qb", "side");
    workspace.write("branch.yaml", `password: ${VALUE}\n`);
    commit(workspace, "branch");
    workspace.git("checkout", "-q", "--detach", "main");
    workspace.write("tag.yaml", `password: ${OTHER}\n`);
    commit(workspace, "tagged");
    workspace.git("tag", "-a", "-m", "t", "v1");
    workspace.git("checkout", "-q", "main");
    workspace.write("app.yaml", `password: ${VALUE}9\n`);
    workspace.git("stash", "-q");
    expect(places((await verify(workspace, "--history")).findings).sort()).toEqual([
      "app.yaml:1",
      "branch.yaml:1",
      "tag.yaml:1",
    ]);
    expect((await verify(workspace)).status).toBe(0);
  });

  it("a shallow clone says what it cannot see, and is not called clean", async () => {
    const workspace = repository();
    workspace.write("a.yaml", "a: 1\n");
    commit(workspace, "second");
    workspace.git("clone", "-q", "--depth", "1", `file://${workspace.path}`, "shallow");
    const ran = await workspace.lacre(["verify", "--history"], { cwd: workspace.file("shallow") });
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining("this clone is shallow") });
    const range = await workspace.lacre(["verify", "--range", "HEAD~1..HEAD"], { cwd: workspace.file("shallow") });
    expect(range).toMatchObject({ status: 8, stderr: expect.stringContaining("git fetch --unshallow") });
  });

  it("a sealed file that was replaced by its opened form is found", async () => {
    const workspace = await repository().withKeyIn("keys");
    workspace.write("s.yaml", secretYaml("a", { A: VALUE }));
    expect((await workspace.lacre(["seal", "--in-place", "s.yaml", "-r", "keys/prod.keys"])).status).toBe(0);
    commit(workspace, "sealed");
    expect((await verify(workspace, "--history")).status).toBe(0);
    workspace.write("s.yaml", secretYaml("a", { A: VALUE }));
    commit(workspace, "opened");
    expect((await verify(workspace, "--range", "HEAD~1..HEAD")).findings).toMatchObject([
      { rule: "kubernetes-secret-plaintext" },
    ]);
  });
});

describe("odd things in a repository", () => {
  it("paths with line feeds, quotes, spaces and bytes that are no UTF-8 are judged and shown on one line", async () => {
    const workspace = repository();
    workspace.write('a\n"b c".env', `DB_PASSWORD=${VALUE}\n`);
    fs.writeFileSync(
      Buffer.concat([Buffer.from(`${workspace.path}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".env")]),
      `DB_PASSWORD=${VALUE}\n`,
    );
    for (const args of [["verify"], ["verify", "--staged"]]) {
      workspace.git("add", "-A");
      const ran = await workspace.lacre(args);
      expect(ran.status).toBe(3);
      expect(ran.stdout.match(/plaintext-credential: DB_PASSWORD/g)).toHaveLength(2);
      expect(ran.stdout).toContain('"a\\n\\"b c\\".env":1: ');
    }
  });

  it("symlinks are not followed, submodules and LFS pointers are mentioned", async () => {
    const workspace = repository();
    const outside = new Workspace();
    outside.write("secret.env", `DB_PASSWORD=${VALUE}\n`);
    fs.symlinkSync(outside.file("secret.env"), workspace.file("link.env"));
    workspace.write("big.bin", `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 3\n`);
    workspace.git("add", "-A");
    workspace.git(
      "update-index",
      "--add",
      "--cacheinfo",
      `160000,${workspace.git("rev-parse", "HEAD").stdout.trim()},lib`,
    );
    const { status, notes } = await verify(workspace, "--staged");
    expect(status).toBe(0);
    expect(notes.join("\n")).toMatch(/1 submodule.*\n.*1 Git LFS pointer/);
    expect((await verify(workspace)).status).toBe(0);
  });

  it("ignored files are looked at when asked, and a name given is always looked at", async () => {
    const workspace = repository();
    workspace.write(".gitignore", ".home\n.env\n");
    workspace.write(".env", `DB_PASSWORD=${VALUE}\n`);
    expect((await verify(workspace)).status).toBe(0);
    expect(places((await verify(workspace, "--no-ignore")).findings)).toEqual([".env:1"]);
    expect(places((await verify(workspace, ".env")).findings)).toEqual([".env:1"]);
  });

  it("without a path it is the whole repository, also from a directory below", async () => {
    const workspace = repository();
    workspace.write(".env", `DB_PASSWORD=${VALUE}\n`);
    workspace.write("deep/er/a.yaml", "a: 1\n");
    const ran = await workspace.lacre(["verify"], { cwd: workspace.file("deep/er") });
    expect(ran).toMatchObject({ status: 3, stdout: expect.stringContaining(".env:1: ") });
    expect((await workspace.lacre(["verify", "."], { cwd: workspace.file("deep/er") })).stdout).toContain(
      "clean: 1 file;",
    );
  });

  it("a directory outside of the repository is judged with its own roles", async () => {
    const workspace = repository();
    const outside = new Workspace();
    outside.write("a/kustomization.yaml", "secretGenerator:\n- name: a\n  envs: [plain.txt]\n");
    outside.write("a/plain.txt", "ZONE=Frankfurt\n");
    expect((await verify(workspace, outside.file("a"))).findings).toMatchObject([{ rule: "secret-generator-file" }]);
  });

  it("standard input is judged", async () => {
    const ran = await new Workspace().lacre(["verify", "-"], { input: `export DB_PASSWORD=${VALUE}\n` });
    expect(ran).toMatchObject({ status: 3, stdout: expect.stringContaining("stdin:1: plaintext-credential") });
  });

  it("nothing to judge is said, and is not called clean", async () => {
    const workspace = new Workspace();
    workspace.git("init", "-q");
    workspace.write(".git/info/exclude", ".home\n");
    for (const args of [[], ["--staged"]]) {
      expect((await workspace.lacre(["verify", ...args])).stdout).toMatch(/^nothing was scanned/);
    }
  });

  it.skipIf(process.getuid?.() !== 0)("an unreadable file ends with 1, until the configuration excuses it", () => {
    const workspace = repository();
    workspace.write("a.yaml", "a: 1\n", 0o000);
    fs.chmodSync(workspace.path, 0o755);
    const ran = workspace.lacreProcess(["verify", "a.yaml"], {
      uid: 65534,
      env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
    });
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining("a.yaml:1: unreadable") });
    workspace.write(
      ".lacre.yaml",
      "version: 1\nverify:\n  allow:\n    - {path: a.yaml, rule: unreadable, reason: it is encrypted by hardware}\n",
    );
    expect(
      workspace.lacreProcess(["verify", "a.yaml"], {
        uid: 65534,
        env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
      }).status,
    ).toBe(0);
  });

  it("a file that takes too long ends with 1 and says so", async () => {
    const workspace = repository();
    workspace.write("big.yaml", "password: Zq81xTe49vLKd7mW\n".repeat(60_000));
    const ran = await workspace.lacre(["verify", "big.yaml", "--budget", "0.01", "--json"]);
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout).findings.at(-1).rule === "too-slow" || ran.stdout.includes('"too-slow"')).toBe(true);
  });
});

describe("a repository that is large enough for threads", () => {
  it("is judged on all cores, with the findings in their order, and by blobs as well", async () => {
    const workspace = repository();
    for (let index = 0; index < 2_100; index++) workspace.write(`apps/${index}.yaml`, `a: ${index}\n`);
    for (const index of [7, 1000, 2099]) workspace.write(`apps/${index}.yaml`, `password: ${VALUE}${index}\n`);
    const expected = ["apps/1000.yaml:1", "apps/2099.yaml:1", "apps/7.yaml:1"];
    const ran = await verify(workspace);
    expect([ran.status, places(ran.findings)]).toEqual([3, expected]);
    const head = commit(workspace, "all");
    expect(places((await verify(workspace, "--history")).findings)).toEqual(expected);
    expect((await verify(workspace, "--history")).findings.every((finding) => finding.commit === head)).toBe(true);
    expect((await workspace.lacre(["verify"])).stdout).toContain("3 findings in 2102 files");
  });
});

describe("what is allowed", () => {
  it("inline, with a rule and a reason, on the line or the one above, and counted", async () => {
    const workspace = repository();
    workspace.write(
      "a.env",
      `A_PASSWORD=${VALUE} # lacre:allow plaintext-credential throwaway\n# lacre:allow plaintext-credential for tests\nB_PASSWORD=${VALUE}\n`,
    );
    workspace.write(
      "b.env",
      `A_PASSWORD=${VALUE} # lacre:allow plaintext-credential\nB_PASSWORD=${VALUE} # lacre:allow jwt wrong rule\n`,
    );
    const ran = await workspace.lacre(["verify"]);
    expect(ran.status).toBe(3);
    expect(ran.stdout).toContain("2 findings in 4 files; 2 findings allowed");
  });

  it("by configuration until a day, and a stale entry is reported", async () => {
    const workspace = repository();
    workspace.write("test/a.env", `DB_PASSWORD=${VALUE}\n`);
    const allow = (expires: string) =>
      workspace.write(
        ".lacre.yaml",
        `version: 1\nverify:\n  allow:\n    - {path: test/**, rule: plaintext-credential, reason: fixtures, expires: "${expires}"}\n    - {path: gone.env, reason: old}\n`,
      );
    allow("2999-01-01");
    expect(await verify(workspace)).toMatchObject({ status: 0, stale: [".lacre.yaml: verify.allow for gone.env"] });
    allow("2020-01-01");
    expect((await verify(workspace)).status).toBe(3);
  });

  it("by a baseline that knows the value: the line may move, another secret on it is found, a stale entry is reported", async () => {
    const workspace = repository();
    workspace.write("a.env", `DB_PASSWORD=${VALUE}\n`);
    expect((await workspace.lacre(["verify", "--accept", "rotated in May"])).status).toBe(0);
    const baseline = workspace.read(".lacre-baseline");
    expect(baseline).toMatch(/^[\w-]{22} plaintext-credential a\.env - rotated in May$/m);
    expect(baseline).not.toContain(VALUE);
    expect((await verify(workspace)).status).toBe(0);
    workspace.write("a.env", `# moved\n\nDB_PASSWORD=${VALUE}\n`);
    expect((await verify(workspace)).status).toBe(0);
    workspace.write("a.env", `DB_PASSWORD=${OTHER}\n`);
    expect(await verify(workspace)).toMatchObject({
      status: 3,
      stale: [".lacre-baseline: plaintext-credential in a.env"],
    });
    expect((await workspace.lacre(["verify", "--accept", ""])).status).toBe(2);
  });

  it("baselines of two branches that each add an entry merge without a conflict", async () => {
    const workspace = await repository().withKeyIn("keys");
    expect((await workspace.lacre(["init"])).status).toBe(0);
    workspace.write("z.env", `DB_PASSWORD=${VALUE}z1\n`);
    await workspace.lacre(["verify", "--accept", "base"]);
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "base", "--no-verify");
    for (const branch of ["left", "right"]) {
      workspace.git("checkout", "-q", "-b", branch, "main");
      workspace.write(`${branch}.env`, `DB_PASSWORD=${VALUE}${branch}7\n`);
      await workspace.lacre(["verify", "--accept", branch]);
      workspace.git("add", "-A");
      workspace.git("commit", "-qm", branch, "--no-verify");
    }
    expect(workspace.git("merge", "-q", "--no-edit", "left").status).toBe(0);
    expect((await verify(workspace)).status).toBe(0);
    expect(workspace.read(".lacre-baseline").match(/plaintext-credential/g)).toHaveLength(3);
  });

  it("a broken baseline is refused with its line", async () => {
    const workspace = repository();
    workspace.write(".lacre-baseline", "what is this\n");
    expect(await verify(workspace)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(".lacre-baseline:1: "),
    });
  });
});

describe("sealed files and the policy of the repository", () => {
  it("a scope, a suite or a recipient that the configuration does not name is a finding", async () => {
    const workspace = await repository().withKeyIn("keys");
    workspace.write("s.yaml", secretYaml("a", { A: VALUE }));
    await workspace.lacre(["seal", "--in-place", "s.yaml", "-r", "keys/prod.keys", "--scope", "namespace"]);
    const configure = (verifyPart: string) =>
      workspace.write(".lacre.yaml", `version: 1\nenvironments:\n  prod: {keys: keys/prod.keys}\n${verifyPart}`);
    configure("");
    expect((await verify(workspace)).status).toBe(0);
    configure("verify: {scopes: [strict]}\n");
    expect((await verify(workspace)).findings).toMatchObject([{ rule: "sealed-scope-not-allowed" }]);
    configure("verify: {suites: [x25519]}\n");
    expect((await verify(workspace)).findings).toMatchObject([{ rule: "sealed-suite-not-allowed" }]);
    configure("verify: {scopes: [tight]}\n");
    expect(await verify(workspace)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("strict, namespace, cluster"),
    });
    configure("");
    const before = workspace.read("keys/prod.keys");
    await workspace.withKeyIn("keys");
    expect((await verify(workspace)).findings).toMatchObject([{ rule: "sealed-recipient-unknown" }]);
    workspace.write("keys/prod.keys", before + workspace.read("keys/prod.keys"));
    expect((await verify(workspace)).findings).toMatchObject([{ rule: "sealed-recipient-missing" }]);
  });
});

describe("reports", () => {
  function guilty(): Workspace {
    const workspace = repository();
    workspace.write('we<ird & "name".env', `DB_PASSWORD=${VALUE}\n`);
    workspace.write("s.yaml", secretYaml("a", { A: VALUE, B: OTHER }));
    workspace.write("ok.env", `A_PASSWORD=${VALUE} # lacre:allow plaintext-credential throwaway\n`);
    return workspace;
  }

  it("SARIF is valid by the published schema, with places that count from one and without any snippet", async () => {
    const workspace = guilty();
    await workspace.lacre(["verify", "s.yaml", "--accept", "known"]);
    const ran = await workspace.lacre(["verify", "--format", "sarif"]);
    const schema = JSON.parse(
      fs.readFileSync(path.join(import.meta.dirname, "../../vectors/sarif-2.1.0.schema.json"), "utf8"),
    );
    const ajv = new Ajv.default({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    const log = JSON.parse(ran.stdout);
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(ran.stdout).not.toContain(VALUE);
    const results = log.runs[0].results;
    expect(results).toHaveLength(4);
    expect(results.filter(({ suppressions }: { suppressions?: unknown }) => suppressions !== undefined)).toHaveLength(
      3,
    );
    for (const { locations, partialFingerprints } of results) {
      const { startColumn, endColumn, startLine } = locations[0].physicalLocation.region;
      expect(startLine).toBeGreaterThanOrEqual(1);
      expect(endColumn).toBeGreaterThanOrEqual(startColumn);
      expect(Object.keys(partialFingerprints)).toEqual(["lacreIdentity/v1"]);
    }
    expect(
      results.map(
        ({ locations }: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
          locations[0]?.physicalLocation.artifactLocation.uri,
      ),
    ).toContain("we%3Cird%20%26%20%22name%22.env");
  });

  it("JUnit is well-formed XML, GitHub gets annotations, and --output writes a file beside the text", async () => {
    const workspace = guilty();
    const junit = (await workspace.lacre(["verify", "--format", "junit"])).stdout;
    expect(junit).toContain('<testsuites tests="3" failures="3" errors="0">');
    expect(junit).toContain("we&lt;ird");
    expect(junit.match(/<testcase /g)).toHaveLength(junit.match(/<\/testcase>/g)?.length ?? 0);
    const github = (await workspace.lacre(["verify", "--format", "github"])).stdout;
    expect(github).toMatch(
      /^::error file=s\.yaml,line=8,endLine=8,col=\d+,endColumn=\d+,title=kubernetes-secret-plaintext::/m,
    );
    const ran = await workspace.lacre(["verify", "--format", "sarif", "--output", "out.sarif"]);
    expect(ran.stdout).toContain("3 findings in");
    expect(JSON.parse(workspace.read("out.sarif")).version).toBe("2.1.0");
  });

  it("--explain says what a rule means and how to mend it, and knows no other rules", async () => {
    const workspace = new Workspace();
    expect(await workspace.lacre(["verify", "--explain", "kubernetes-secret-plaintext"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("lacre seal --in-place"),
    });
    expect(await workspace.lacre(["verify", "--explain", "nonsense"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("there is no rule"),
    });
  });

  it("wrong usage is refused", async () => {
    const workspace = repository();
    for (const args of [["--staged", "--history"], ["--format", "html"], ["--budget", "0"], ["no-such-file"]]) {
      expect([1, 2]).toContain((await workspace.lacre(["verify", ...args])).status);
    }
    expect((await workspace.lacre(["verify", "--range", "no..such"])).status).toBe(8);
  });
});

describe("lacre verify and the states of keys", () => {
  /** A repository whose environment names a cluster's key list with one key in each state. */
  async function withList(): Promise<{ readonly at: Workspace; readonly seal: (key: number) => void }> {
    const engine = await loadEngine();
    const keys = (["active", "decrypt-only", "compromised", "destroyed"] as const).map((state) => ({
      publicKey: generateKey(engine, "mlkem768x25519").publicKey,
      state,
      notBefore: "2026-01-01T00:00:00Z",
      notAfter: "2027-01-01T00:00:00Z",
    }));
    const at = new Workspace();
    at.git("init");
    at.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n");
    at.write("keys/prod.keys", signKeyList(engine, { cluster: "prod", serial: 1, keys }, new Uint8Array(32).fill(1)));
    const seal = async (index: number) => {
      const recipient = formatPublicKey(keys[index]?.publicKey as PublicKey);
      const sealed = await at.lacre(["seal", "-r", recipient], { input: secretYaml("db", { A: "a", B: "b" }) });
      at.write("db.yaml", sealed.stdout);
    };
    return { at, seal };
  }

  it("a token for the newest key is clean although the list has others", async () => {
    const { at, seal } = await withList();
    await seal(0);
    expect([(await at.lacre(["verify"])).status, (await at.lacre(["verify"])).stdout]).toEqual([
      0,
      expect.stringMatching(/^clean/),
    ]);
  });

  it("a token for a key that only opens is told, and fails nothing", async () => {
    const { at, seal } = await withList();
    await seal(1);
    const ran = await at.lacre(["verify"]);
    expect([ran.status, ran.stdout]).toEqual([
      0,
      expect.stringContaining("note: sealed for keys that only open any more: 2 entries in db.yaml;"),
    ]);
    expect((await at.lacre(["verify", "--accept", "x"])).stdout).toContain("nothing to accept");
  });

  it("48: a token for a compromised key fails, and says to change the secret first", async () => {
    const { at, seal } = await withList();
    await seal(2);
    const ran = await at.lacre(["verify"]);
    expect([ran.status, ran.stdout]).toEqual([3, expect.stringContaining("db.yaml:9: sealed-key-compromised")]);
    expect(ran.stdout).toContain("change the secret itself first");
  });

  it("a token for a destroyed key fails: nothing opens it any more", async () => {
    const { at, seal } = await withList();
    await seal(3);
    const ran = await at.lacre(["verify"]);
    expect([ran.status, ran.stdout]).toEqual([3, expect.stringContaining("db.yaml:9: sealed-key-destroyed")]);
  });

  it("49: a token for a key that is in no list fails: whoever holds it can read", async () => {
    const { at } = await withList();
    const stranger = (await new Workspace().withKey("stranger")).file("stranger.pub");
    at.write("db.yaml", (await at.lacre(["seal", "-r", stranger], { input: secretYaml("db", { A: "a" }) })).stdout);
    expect((await at.lacre(["verify"])).stdout).toContain("sealed-recipient-unknown");
  });
});
