/** Files that were cut or damaged: each ends with what is wrong and the way out, and never as a bug. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { thisProcess } from "../../src/node/process-identity.ts";
import { type Ran, secretYaml, Workspace } from "../support/workspace.ts";

const SYNC = ["--source", "directory:src", "--target", "directory:out", "--key-file", "prod.key", "--once"];
const GIT = ["--source", "git:origin", ...SYNC.slice(2)];
const PARTS = 8;

async function workspace(): Promise<Workspace> {
  const at = new Workspace();
  const made = await at.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.key"]);
  at.write("prod.keys", made.stdout);
  await at.pin("prod.keys");
  at.write("src/db.yaml", secretYaml("db", { A: "x" }));
  const sealed = await at.lacre(["seal", "-i", "-r", "prod.keys", "src/db.yaml"]);
  const synced = at.controller(SYNC);
  if (sealed.status !== 0 || synced.status !== 0) throw new Error(sealed.stderr + synced.stderr);
  return at;
}

/** The file cut at some places, emptied, and with something else in some places. */
function* damagesOf(whole: Buffer): Generator<Buffer> {
  for (let part = 0; part < PARTS; part++) yield whole.subarray(0, Math.floor((whole.length * part) / PARTS));
  for (let part = 1; part < PARTS; part++) {
    const damaged = Buffer.from(whole);
    damaged[Math.floor((whole.length * part) / PARTS)] = 0xff;
    yield damaged;
  }
  for (const text of ["null", "[]", "{}", '"', "\0\0\0\0", "lacre-store-1\n", "1"]) yield Buffer.from(text);
}

/** Runs with each damage in turn; what each must end with that does not pass. */
async function* runs(at: Workspace, file: string, run: () => Ran | Promise<Ran>): AsyncGenerator<Ran> {
  const whole = fs.readFileSync(at.file(file));
  for (const damaged of damagesOf(whole)) {
    fs.writeFileSync(at.file(file), damaged);
    yield await run();
    fs.writeFileSync(at.file(file), whole);
  }
}

/** An error in our words, with a next step; or the damage did no harm. */
function expectClear(ran: Ran): void {
  if (ran.status === 0) return;
  expect(ran.status).not.toBe(70);
  expect(ran.stderr + ran.stdout).not.toContain("bug");
  if (!ran.stdout.startsWith("{")) expect(ran.stderr).toMatch(/error: .*\nhint: .+\n$/);
}

describe("a damaged file", () => {
  it("a key store, for both programs", async () => {
    const at = await workspace();
    let refused = 0;
    for await (const ran of runs(at, "prod.key", () => at.controller(SYNC))) {
      expectClear(ran);
      if (ran.status === 1) refused++;
    }
    expect(refused).toBeGreaterThan(20);
    const publish = () => at.lacre(["keys", "publish", "-k", "prod.key"]);
    const { stdout } = await publish();
    for await (const ran of runs(at, "prod.key", publish)) {
      expectClear(ran);
      // Only a comment was damaged.
      if (ran.status === 0) expect(ran.stdout).toBe(stdout);
    }
  });

  it("an inventory: nothing is written or removed", async () => {
    const at = await workspace();
    for await (const ran of runs(at, "out/..lacre/inventory.json", () => at.controller(SYNC))) {
      expectClear(ran);
      expect(at.read("out/shop/db/A")).toBe("x");
      if (ran.status !== 0) expect(ran.stderr).toContain("inventory.json.damaged");
    }
  });

  it("the lock of a target", async () => {
    const at = await workspace();
    at.write("out/..lacre/lock", JSON.stringify({ id: "0123456789abcdef", ...thisProcess() }));
    for await (const ran of runs(at, "out/..lacre/lock", () => at.controller(SYNC))) expect(ran.status).toBe(0);
  });

  it("pins, and the cache of what was sealed", async () => {
    const at = await workspace();
    const seal = () => at.lacre(["seal", "-r", "prod.keys"], { input: secretYaml("db", { A: "y" }) });
    for await (const ran of runs(at, ".home/.config/lacre/pins.json", seal)) {
      expectClear(ran);
      expect([0, 1, 6]).toContain(ran.status);
    }
    for (const file of ["seal-cache", "seal-cache.key"]) {
      at.write("one.yaml", secretYaml("db", { A: "y" }));
      const again = () => at.lacre(["seal", "-r", "prod.keys", "-o", "sealed.yaml", "one.yaml"]);
      await again();
      for await (const ran of runs(at, `.home/.cache/lacre/${file}`, again)) expect(ran.status).toBe(0);
    }
  });

  it("the clone that a Git source keeps", async () => {
    const at = await workspace();
    at.git("init", "-q", "origin");
    fs.cpSync(at.file("src"), at.file("origin"), { recursive: true });
    at.git("-C", "origin", "add", "-A");
    at.git("-C", "origin", "commit", "-qm", "one");
    fs.rmSync(at.file("out"), { recursive: true });
    expect(at.controller(GIT).status).toBe(0);
    const clone = "out/..lacre/git";
    const names = fs.readdirSync(at.file(clone), { recursive: true, encoding: "utf8" });
    for (const name of names.filter((one) => /^(?:HEAD|config|packed-refs|FETCH_HEAD|shallow)$|\.pack$/.test(one))) {
      fs.chmodSync(at.file(`${clone}/${name}`), 0o600);
      for await (const ran of runs(at, `${clone}/${name}`, () => at.controller(GIT))) expectClear(ran);
      expect(at.read("out/shop/db/A")).toBe("x");
    }
  });
});
