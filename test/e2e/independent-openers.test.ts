/** Two openers that share no code with src/ must open what lacre seals, and refuse what it refuses. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/crypto/engine.ts";
import { importPrivateKey } from "../../src/crypto/key-import.ts";
import { sealToken } from "../../src/crypto/seal-token.ts";
import { nativeEngine } from "../../src/node/engine.ts";
import { Workspace } from "../support/workspace.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const CACHE = path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "lacre-tests");
const KNOWN = path.join(ROOT, "../shared/vectors/lacre1/known-answers.json");
const OWN = path.join(ROOT, "test/vectors/v1/sealed.json");
/** Tokens, signatures and public keys, most of which must be refused; each opener checks the reason as well. */
const REFUSALS = ["refusals", "refusals-signatures", "refusals-keys"].map((name) =>
  path.join(ROOT, `test/vectors/v1/${name}.json`),
);
const isCi = process.env["CI"] === "true";

function run(command: string, args: readonly string[], cwd = ROOT, input = ""): string {
  const result = spawnSync(command, [...args], { cwd, encoding: "utf8", input });
  if (result.error || result.status !== 0) throw new Error(`${command}: ${result.error?.message ?? result.stderr}`);
  return result.stdout;
}

function has(command: string): boolean {
  return spawnSync(command, command === "go" ? ["version"] : ["--version"]).status === 0;
}

/** Python with the two libraries, in an environment of its own that is made once. */
function python(): string {
  const bin = path.join(CACHE, "python/bin/python");
  if (!fs.existsSync(bin)) run("python3", ["-m", "venv", path.join(CACHE, "python")]);
  run(bin, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "-r",
    path.join(ROOT, "tools/requirements.txt"),
  ]);
  return bin;
}

/** Fresh tokens of the native engine in the shape of a vector file. */
function freshVectors(): string {
  const engine = nativeEngine() as Engine;
  const place = { namespace: "shop", name: "db", key: "TOKEN" };
  const vectors = (["x25519", "mlkem768x25519"] as const).flatMap((suite) =>
    [0, 252, 253, 5000].map((length) => {
      const key = importPrivateKey(engine, suite, engine.randomBytes(32));
      const value = engine.randomBytes(length);
      const token = sealToken(engine, { value, scope: "strict", place, recipients: [key.publicKey], sealedAt: 1n });
      const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
      return { suite, place, seed: hex(key.seed()), plaintext: hex(value), token };
    }),
  );
  return JSON.stringify({ vectors });
}

/** How many vectors of a file of refusals are to be accepted, and how many refused. */
function expectedCounts(file: string): readonly [number, number] {
  const data = JSON.parse(fs.readFileSync(file, "utf8")) as Record<
    string,
    readonly { valid?: boolean; usable?: boolean }[]
  >;
  const judged = [...(data["signatures"] ?? []), ...(data["publicKeys"] ?? [])];
  const good = judged.filter(({ valid, usable }) => valid === true || usable === true).length;
  return [(data["opened"] ?? []).length + good, (data["refused"] ?? []).length + judged.length - good];
}

const files = [OWN, ...(fs.existsSync(KNOWN) ? [KNOWN] : [])];

describe.skipIf(!isCi && !has("python3"))("tools/open_token.py", () => {
  let bin = "";
  beforeAll(() => {
    bin = python();
  });

  it("opens every good vector and refuses every bad one", () => {
    for (const file of files)
      expect(run(bin, ["tools/open_token.py", "--vectors", file])).toMatch(/^\d\d+ opened, \d+ refused\n$/);
  });

  it("refuses every published refusal for its reason, and judges signatures and public keys as the engines do", () => {
    for (const file of REFUSALS) {
      const [opened = 0, refused = 0] = expectedCounts(file);
      expect(run(bin, ["tools/open_token.py", "--vectors", file])).toBe(`${opened} opened, ${refused} refused\n`);
    }
  });

  it("says so when a vector is not refused: the check is not empty", () => {
    const broken = fs
      .readFileSync(REFUSALS[0] as string, "utf8")
      .replace('"reason":"malformed"', '"reason":"unknown-key"');
    const file = new Workspace().write("broken.json", broken);
    expect(() => run(bin, ["tools/open_token.py", "--vectors", file])).toThrow(/malformed, not unknown-key/);
  });

  it("opens what the native engine seals, and is the break-glass tool that docs describe", async () => {
    const workspace = await new Workspace().withKey();
    const fresh = workspace.write("fresh.json", freshVectors());
    expect(run(bin, ["tools/open_token.py", "--vectors", fresh])).toBe("8 opened, 0 refused\n");
    const place = ["--namespace", "shop", "--name", "db", "--key", "PASSWORD"];
    const token = (await workspace.lacre(["seal", "--raw", "-r", "prod.pub", ...place], { input: "correct horse" }))
      .stdout;
    const args = ["tools/open_token.py", "--key-file", workspace.file("prod.key")];
    expect(run(bin, [...args, ...place], ROOT, token)).toBe("correct horse");
    expect(() => run(bin, [...args, "--namespace", "bank", "--name", "db", "--key", "PASSWORD"], ROOT, token)).toThrow(
      /wrong-context/,
    );
  });

  it("opens with a key store, which is what a backup opens to", async () => {
    const workspace = new Workspace();
    const list = (await workspace.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.key"])).stdout;
    workspace.write("prod.keys", list);
    const place = ["--namespace", "shop", "--name", "db", "--key", "PASSWORD"];
    const token = (await workspace.lacre(["seal", "--raw", "-r", "prod.keys", ...place], { input: "correct horse" }))
      .stdout;
    await workspace.lacre(["keys", "rotate", "-k", "prod.key"]);
    const args = ["tools/open_token.py", "--key-file", workspace.file("prod.key"), ...place];
    expect(run(bin, args, ROOT, token)).toBe("correct horse");
  });
});

describe.skipIf(!isCi && !has("go"))("tools/open_token_go", () => {
  it("opens every good vector, every fresh token, and refuses every bad vector", () => {
    const fresh = new Workspace().write("fresh.json", freshVectors());
    const lines = run("go", ["run", ".", ...files, fresh], path.join(ROOT, "tools/open_token_go"))
      .trim()
      .split("\n");
    expect(lines).toHaveLength(files.length + 1);
    expect(lines.at(-1)).toBe("8 opened, 0 refused");
  });

  it("refuses every published refusal for its reason, and judges signatures and public keys as the engines do", () => {
    const lines = run("go", ["run", ".", ...REFUSALS], path.join(ROOT, "tools/open_token_go"));
    const expected = REFUSALS.map(expectedCounts).map(([opened, refused]) => `${opened} opened, ${refused} refused\n`);
    expect(lines).toBe(expected.join(""));
  });
});
