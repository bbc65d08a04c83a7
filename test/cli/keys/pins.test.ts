/** Whom one seals for: what a repository says is asked about once, pinned outside of it, and cannot be changed unseen. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../../src/bytes.ts";
import { sealToken } from "../../../src/crypto/index.ts";
import { parsePublicKeys } from "../../../src/keys/index.ts";
import { parseToken } from "../../../src/model/index.ts";
import { loadEngine } from "../../../src/node/engine.ts";
import { resealFooter, resealHeader, resealLine, tokenDigest } from "../../../src/seal/index.ts";
import { type Ran, type RunOptions, secretYaml, Workspace } from "../../support/workspace.ts";

const PROD = "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n";
const PINS = ".home/.config/lacre/pins.json";
const input = secretYaml("db", { A: "a" });

let at: Workspace;
const seal = (args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> =>
  at.lacre(["seal", "--no-cache", ...args], { input, ...options });
const store = async (name: string, cluster = name) => {
  const made = await at.lacre(["keys", "generate", "--cluster", cluster, "-k", `${name}.store`]);
  expect(made.status).toBe(0);
  at.write(`lists/${name}.keys`, made.stdout);
};
const install = (from: string, to = "keys/prod.keys") => fs.copyFileSync(at.file(from), at.file(to));
const refused = (ran: Ran, text: string) => {
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([6, "", expect.stringContaining(text)]);
  expect(ran.stderr).not.toContain("--replace");
};
const identityOf = async (name: string) =>
  /SHA256:[\w-]{43}/.exec((await at.lacre(["keys", "list", `lists/${name}.keys`])).stdout)?.[0] ?? "none";

beforeEach(async () => {
  at = await new Workspace().withKey("bare");
  await store("prod");
  at.write("keys/prod.keys", at.read("lists/prod.keys"));
  at.write(".lacre.yaml", PROD);
  at.write(".gitignore", "*.key\n*.store\n.home\n");
  spawnSync("git", ["init", "-q"], { cwd: at.file(".") });
});

describe("an environment that was never sealed for", () => {
  it("is PIN_MISSING without a terminal, with its two ways; both lead on", async () => {
    const ran = await seal();
    refused(
      ran,
      `environment prod is not pinned here; it would be sealed for prod (${await identityOf("prod")}), never seen here`,
    );
    expect(ran.stderr).toContain("lacre keys pin keys/prod.keys --env prod --fingerprint SHA256:...");
    expect(ran.stderr).toContain("LACRE_PIN=");
    expect(fs.existsSync(at.file(PINS))).toBe(false);
    const env = { LACRE_PIN: `SHA256:other, ${await identityOf("prod")}` };
    expect([(await seal([], { env })).status, fs.existsSync(at.file(PINS))]).toEqual([0, false]);
    expect((await at.lacre(["keys", "pin", "keys/prod.keys", "--fingerprint", await identityOf("prod")])).status).toBe(
      0,
    );
    expect([(await seal()).status, (await seal()).whom]).toEqual([0, expect.stringMatching(/^prod \([0-9a-f]{8}\)$/)]);
  });

  it("is missing for every command that seals, and none of them changes a byte", async () => {
    at.write("db.yaml", (await seal(["-r", "bare.pub"])).stdout);
    const before = at.read("db.yaml");
    for (const args of [
      ["set", "db.yaml", "A"],
      ["edit", "db.yaml"],
      ["seal", "--raw", "-n", "shop", "--name", "db", "--key", "A"],
      ["reseal", "-k", "bare.key", "db.yaml"],
    ]) {
      const ran = await at.lacre(args, { input: "v", env: { EDITOR: "touch" } });
      refused(ran, "is not pinned here");
      expect(at.read("db.yaml")).toBe(before);
    }
  });

  it("is asked about on a terminal once; only yes, or its fingerprint, seals", async () => {
    const ask = (answer: string) => at.lacre(["seal", "--in-place", "db.yaml"], { typed: [answer] });
    const plain = at.write("db.yaml", input);
    for (const answer of ["no", "", "SHA256:other"]) {
      const { stderr: screen } = await ask(answer);
      expect(screen).toContain("environment prod was never sealed for from here.");
      expect(screen).toContain(`"keys/prod.keys": prod (${await identityOf("prod")}), never seen here; key `);
      expect([fs.readFileSync(plain, "utf8"), fs.existsSync(at.file(PINS))]).toEqual([input, false]);
    }
    expect((await ask(await identityOf("prod"))).whom).toContain("prod (");
    expect(fs.statSync(at.file(PINS)).mode & 0o777).toBe(0o600);
    expect((await seal()).status).toBe(0);
  });

  it("says where its identity was seen before, and takes it no more silently than another", async () => {
    await at.pin("keys/prod.keys");
    at.write(".lacre.yaml", PROD.replace("prod:", "prod2:"));
    refused(await seal(), `the same as prod in ${at.file(".git")}`);
    expect((await seal(["-e", "prod2"])).status).toBe(6);
  });
});

describe("the pin of an environment", () => {
  beforeEach(async () => void (await at.pin("keys/prod.keys")));

  it("a list of another identity is refused, whatever its cluster is called", async () => {
    for (const cluster of ["prod", "prod-2"]) {
      await store(`evil-${cluster}`, cluster);
      install(`lists/evil-${cluster}.keys`);
      for (const args of [[], ["-r", "keys/prod.keys"], ["-e", "prod"]]) {
        const ran = await seal(args);
        refused(ran, `and pinned is prod (${await identityOf("prod")})`);
        expect(ran.stderr).toContain("lacre keys pin keys/prod.keys --env prod --fingerprint SHA256:...");
      }
      refused(await seal([], { env: { LACRE_RECIPIENT: "keys/prod.keys" } }), "and pinned is prod (");
    }
  });

  it("no other name leads past it: a renamed environment, another directory, a second .lacre.yaml, a link, a work tree", async () => {
    at.write(".lacre.yaml", PROD.replace("prod:", "prod2:").replace("prod.keys", "new.keys"));
    install("bare.pub", "keys/new.keys");
    refused(await seal(), "environment prod2 is not pinned here");
    at.write("sub/.lacre.yaml", PROD.replace("keys/", ""));
    install("bare.pub", "sub/prod.keys");
    refused(await seal([], { cwd: at.file("sub") }), "environment prod is not pinned here");
    // A file that a pin remembers counts, although no environment names it any more.
    at.write(".lacre.yaml", "version: 1\n");
    install("bare.pub");
    refused(await seal(["-r", "keys/prod.keys"]), "and pinned is prod (");
    fs.symlinkSync("prod.keys", at.file("keys/link"));
    refused(await seal(["-r", "keys/link"]), "and pinned is prod (");
    refused(await seal(["-r", at.file("keys/prod.keys")], { cwd: "/" }), "and pinned is prod (");
    at.git("add", ".");
    at.git("commit", "-qm", "swapped");
    at.git("worktree", "add", "-q", "tree");
    refused(await seal(["-r", "keys/prod.keys"], { cwd: at.file("tree") }), "and pinned is prod (");
  });

  it("two .lacre.yaml of one repository may name their environments alike", async () => {
    at.write("sub/.lacre.yaml", PROD.replace("keys/", ""));
    install("bare.pub", "sub/prod.keys");
    await at.pin("sub/prod.keys");
    expect([(await seal()).status, (await seal([], { cwd: at.file("sub") })).status]).toEqual([0, 0]);
  });

  it("the environment that is the default cannot be moved to another one", async () => {
    at.write("keys/dev.keys", at.read("bare.pub"));
    const both = `${PROD}  dev: { keys: keys/dev.keys }\n`;
    at.write(".lacre.yaml", `${both}defaultEnvironment: prod\n`);
    await at.pin("keys/dev.keys");
    expect([(await seal()).status, (await seal(["-e", "dev"])).status]).toEqual([0, 0]);
    at.write(".lacre.yaml", `${both}defaultEnvironment: dev\n`);
    refused(await seal(), "environment dev is not what was pinned: it was not what is sealed for when none is named");
    expect((await seal(["-e", "dev"])).status).toBe(0);
  });

  it("branch, paths and namespace are part of it", async () => {
    for (const field of ["branch: main", "paths: [prod/**]", "namespace: other"]) {
      at.write(".lacre.yaml", PROD.replace("prod.keys", `prod.keys, ${field}`));
      const name = field.split(":")[0] ?? "";
      refused(await seal(), `environment prod is not what was pinned: its ${name} was none and is `);
    }
    await at.pin("keys/prod.keys");
    expect((await seal()).status).toBe(6);
    await at.pin("keys/prod.keys", "prod");
    const ran = await seal();
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining("is not in namespace other")]);
    const raw = await at.lacre(["seal", "--raw", "--name", "db", "--key", "A", "-n", "shop"], { input: "v" });
    expect([raw.status, raw.stderr]).toEqual([2, expect.stringContaining("is for namespace other, and not for shop")]);
  });

  it("a bare key in place of the list, beside it, and a recipient that is gone are refused", async () => {
    install("bare.pub");
    expect((await seal()).status).toBe(6);
    install("lists/prod.keys");
    install("bare.pub", "keys/more.pub");
    at.write(".lacre.yaml", PROD.replace("keys/prod.keys", "[keys/prod.keys, keys/more.pub]"));
    const more = await seal();
    refused(more, "the bare key SHA256:");
    // The user has compared it with who has the key.
    const fingerprint = /bare key (SHA256:[\w-]{43})/.exec(more.stderr)?.[1] ?? "";
    expect(
      (await at.lacre(["keys", "pin", "keys/more.pub", "--fingerprint", `${fingerprint.slice(0, -1)}_`])).status,
    ).toBe(6);
    expect((await at.lacre(["keys", "pin", "keys/more.pub", "--fingerprint", fingerprint])).status).toBe(2);
    expect(
      (await at.lacre(["keys", "pin", "keys/more.pub", "--env", "prod", "--fingerprint", fingerprint])).status,
    ).toBe(0);
    expect((await seal()).status).toBe(0);
    at.write(".lacre.yaml", PROD);
    refused(await seal(), "is no longer sealed for the bare key");
  });

  it("an older list is refused, by whatever name its file goes", async () => {
    const old = at.read("keys/prod.keys");
    expect((await at.lacre(["keys", "rotate", "-k", "prod.store"])).status).toBe(0);
    await at.lacre(["keys", "publish", "-k", "prod.store", "-o", "keys/prod.keys"]);
    expect((await seal()).status).toBe(0);
    at.write("keys/prod.keys", old);
    at.write("elsewhere/copy.keys", old);
    for (const args of [[], ["-r", "elsewhere/copy.keys"]]) {
      const ran = await seal(args);
      refused(ran, "was seen before");
    }
  });

  it("of version 1 the identity of a cluster is known, is asked about, and its serial holds", async () => {
    const serial = Number(/^serial: (\d+)$/m.exec(at.read("keys/prod.keys"))?.[1]);
    const clusters = { prod: { fingerprint: await identityOf("prod"), serial } };
    at.write(PINS, JSON.stringify({ version: 1, clusters }), 0o600);
    refused(await seal(), "the same as was pinned for the cluster prod");
    await at.pin("keys/prod.keys");
    expect([(await seal()).status, JSON.parse(at.read(PINS)).version]).toEqual([0, 2]);
    clusters.prod.serial++;
    at.write(PINS, JSON.stringify({ version: 1, clusters }), 0o600);
    refused(await seal(), "was seen before");
  });

  it("a damaged file of pins, and one that others may write, pins nothing and lets nothing pass", async () => {
    const good = at.read(PINS);
    const { known, pins } = JSON.parse(good);
    for (const bad of [
      "",
      "{}",
      "[]",
      "null",
      good.slice(0, -5),
      JSON.stringify({ version: 3, known, pins }),
      JSON.stringify({ version: 2, known, pins: [{ ...pins[0], recipients: [{}] }] }),
      JSON.stringify({ version: 2, known, pins: [{ ...pins[0], mapping: null }] }),
      JSON.stringify({ version: 1, clusters: { prod: null } }),
    ]) {
      at.write(PINS, bad);
      const ran = await seal();
      expect([ran.status, ran.stdout, ran.stderr]).toEqual([1, "", expect.stringContaining("pins.json is damaged")]);
    }
    at.write(PINS, good);
    fs.chmodSync(at.file(PINS), 0o666);
    expect((await seal()).stderr).toContain("may be changed by others");
    fs.chmodSync(at.file(PINS), 0o600);
    fs.chmodSync(at.file(".home"), 0o775);
    expect((await seal()).stderr).toContain(`${at.file(".home")} may be changed by others`);
    expect((await seal()).stderr).toContain("a group counts as others, also one's own: chmod go-w");
    fs.chmodSync(at.file(".home"), 0o755);
    fs.chmodSync(at.file(PINS), 0o600);
    expect((await seal()).status).toBe(0);
  });

  it("environments and clusters may be called like what every object has", async () => {
    for (const name of ["constructor", "toString", "__proto__"]) {
      at.write(".lacre.yaml", PROD.replace("prod:", `${name}:`));
      refused(await seal(), `environment ${name} is not pinned here`);
      await at.pin("keys/prod.keys", name);
      expect([(await seal()).status, (await seal()).whom]).toEqual([0, expect.stringContaining(name)]);
    }
  });
});

describe("who is named on the command line", () => {
  it("is the user's own word where no environment names the file, also without .lacre.yaml", async () => {
    const line = at.read("bare.pub").split("\n")[1] ?? "";
    for (const recipient of ["bare.pub", "lists/prod.keys", line]) {
      const ran = await seal(["-r", recipient]);
      expect([ran.status, ran.whom]).toEqual([0, expect.stringMatching(/^[0-9a-f]{8}, not pinned$/)]);
    }
    fs.rmSync(at.file(".lacre.yaml"));
    expect((await seal(["-r", "keys/prod.keys"])).whom).toMatch(/^[0-9a-f]{8}, not pinned$/);
    await at.pin("keys/prod.keys");
    expect((await seal(["-r", "keys/prod.keys"])).whom).toMatch(/^keys\/prod\.keys \([0-9a-f]{8}\)$/);
  });

  it("LACRE_PIN holds for it as for environments, bare keys too", async () => {
    const env = { LACRE_PIN: await identityOf("prod") };
    for (const args of [
      ["-r", "bare.pub"],
      ["-r", at.read("bare.pub").split("\n")[1] ?? ""],
    ]) {
      refused(await seal(args, { env }), "(LACRE_PIN)");
    }
    install("bare.pub");
    refused(await seal([], { env }), "(LACRE_PIN)");
  });

  it("a key that is due to be replaced is sealed for with a warning", async () => {
    const ran = await seal(["-r", "lists/prod.keys"], { aheadMs: 400 * 86_400_000 });
    expect([ran.status, ran.stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: \w{8} was due to be replaced on 20/m),
    ]);
    expect((await seal(["-r", "lists/prod.keys"])).stderr).not.toContain("warning");
  });
});

describe("reseal with a key store", () => {
  beforeEach(async () => void at.write("db.yaml", (await seal(["-r", "lists/prod.keys"])).stdout));

  it("moves to the store's own newest key, needs no pin for it, and does not wait for the list", async () => {
    expect((await at.lacre(["keys", "rotate", "-k", "prod.store"])).status).toBe(0);
    const ran = await at.lacre(["reseal", "-k", "prod.store", "db.yaml"]);
    expect([ran.status, ran.whom]).toEqual([0, expect.stringContaining("prod (")]);
    const newest = /([0-9a-f]{8}) active/.exec(
      (await at.lacre(["keys", "publish", "-k", "prod.store", "-o", "new.keys"])).stderr,
    )?.[1];
    expect((await at.lacre(["inspect", "db.yaml"])).stdout).toContain(newest ?? "none");
  });

  it("refuses an environment that has none of its keys, also where nothing is pinned", async () => {
    const before = at.read("db.yaml");
    await store("evil", "prod");
    for (const from of ["lists/evil.keys", "bare.pub"]) {
      install(from);
      for (const args of [[], ["-r", "keys/prod.keys"]]) {
        refused(await at.lacre(["reseal", "-k", "prod.store", "db.yaml", ...args]), "");
        expect(at.read("db.yaml")).toBe(before);
      }
      await at.pin("keys/prod.keys", "prod");
      refused(await at.lacre(["reseal", "-k", "prod.store", "db.yaml"]), "prod.store has no such key");
      expect(at.read("db.yaml")).toBe(before);
      fs.rmSync(at.file(PINS));
    }
  });

  it("adds nobody whom the user has not pinned or named: not in another file, and not in the file of its own key", async () => {
    const before = at.read("db.yaml");
    install("bare.pub", "keys/more.pub");
    const own = /lacre-public-\S+/.exec(at.read("lists/prod.keys"))?.[0] ?? "";
    const reseal = (...args: readonly string[]) => at.lacre(["reseal", "-k", "prod.store", "db.yaml", ...args]);
    for (const keys of ["[keys/prod.keys, keys/more.pub]", "keys/both.pub"]) {
      at.write("keys/both.pub", `${own}\n${at.read("bare.pub")}`);
      for (const name of ["prod", "other"]) {
        at.write(".lacre.yaml", `version: 1\nenvironments:\n  ${name}: { keys: ${keys} }\n`);
        for (const args of [[], ...(keys.startsWith("[") ? [] : [["-r", keys]])]) {
          refused(await reseal(...args), "the bare key");
          expect(at.read("db.yaml")).toBe(before);
        }
      }
    }
    expect((await reseal("-r", "lists/prod.keys", "-r", "bare.pub")).whom).toMatch(/not pinned and \w{8}, not pinned$/);
  });

  it("takes no list for its own because it names one of its keys", async () => {
    // Signed by somebody else, with the store's key active: it could name anybody as listed.
    const text = at.read("lists/prod.keys");
    at.write(
      "keys/prod.keys",
      text.replace(/^identity: .*$/m, (line) => `${line.slice(0, -1)}${line.endsWith("A") ? "E" : "A"}`),
    );
    const ran = await at.lacre(["reseal", "-k", "prod.store", "db.yaml"]);
    expect([ran.status, ran.stdout]).toEqual([expect.any(Number), ""]);
    expect(ran.status).not.toBe(0);
  });
});

describe("reseal --from", () => {
  it("takes no token for somebody whom the environment does not name, and changes nothing", async () => {
    const engine = await loadEngine();
    at.write("db.yaml", (await seal(["-r", "lists/prod.keys"])).stdout);
    const before = at.read("db.yaml");
    const [old = ""] = /lacre1\.[\w-]+/.exec(before) ?? [];
    const place = { namespace: "shop", name: "db", key: "A" };
    const sealedAt = parseToken(old)?.sealedAt ?? 0n;
    const resultFor = (file: string) => {
      const recipients = parsePublicKeys(engine, /lacre-public-\S+/.exec(at.read(file))?.[0] ?? "");
      const token = sealToken(engine, { value: utf8("theirs"), scope: "strict", place, recipients, sealedAt });
      const line = resealLine({ ...place, replaces: tokenDigest(engine, old), token });
      at.write("result", `${resealHeader("prod")}${line}${resealFooter(1, 0)}`);
    };
    const apply = (...args: readonly string[]) => at.lacre(["reseal", "--from", "result", "db.yaml", ...args]);
    resultFor("bare.pub");
    refused(await apply(), "is not pinned here");
    await at.pin("keys/prod.keys");
    refused(await apply(), "the result seals shop/db, entry A, for ");
    refused(await apply("-r", "lists/prod.keys"), "the result seals shop/db, entry A, for ");
    expect(at.read("db.yaml")).toBe(before);
    resultFor("keys/prod.keys");
    expect([(await apply()).status, at.read("db.yaml") === before]).toEqual([0, false]);
  });
});
