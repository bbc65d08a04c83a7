/** Values for several clusters, and who signed them, as verify judges them with public keys only. */
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

async function must(at: Workspace, args: readonly string[], input = ""): Promise<string> {
  const ran = await at.lacre(args, { input });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

/** A repository with the key stores eu.key and us.key outside of it, and their lists. */
async function repository(environments: string): Promise<Workspace> {
  const at = new Workspace();
  at.git("init", "--quiet");
  at.write(".gitignore", "*.key\n");
  at.write(".lacre.yaml", `version: 1\nenvironments:\n${environments}`);
  for (const name of ["eu", "us", "ap"])
    at.write(`keys/${name}.keys`, await must(at, ["keys", "generate", "--cluster", name, "-k", `${name}.key`]));
  const isShared = environments.includes("world");
  for (const name of ["eu", "us", "ap"])
    await at.pin(`keys/${name}.keys`, isShared && name !== "ap" ? "world" : undefined);
  return at;
}

const SHARED = "  world: { keys: [keys/eu.keys, keys/us.keys] }\n";
const seal = async (at: Workspace, ...args: readonly string[]) =>
  at.write("db.yaml", await must(at, ["seal", ...args], secretYaml("db", { A: "alpha" })));
const findings = async (at: Workspace, ...args: readonly string[]) => {
  const { findings: found } = JSON.parse((await at.lacre(["verify", "--json", ...args])).stdout);
  return found.map(({ rule }: { rule: string }) => rule);
};

describe("values that several clusters open", () => {
  it("an environment names the lists of them all, and each cluster opens the one token", async () => {
    const at = await repository(SHARED);
    await seal(at, "-e", "world");
    for (const name of ["eu", "us"])
      expect(await must(at, ["open", "-k", `${name}.key`, "db.yaml"])).toContain("alpha");
    expect((await at.lacre(["open", "-k", "ap.key", "db.yaml"])).status).toBe(5);
    expect(await findings(at)).toEqual([]);
  });

  it("verify finds a recipient that the environment does not name, and one that is missing", async () => {
    const at = await repository(SHARED);
    await seal(at, "-r", "keys/eu.keys", "-r", "keys/us.keys", "-r", "keys/ap.keys");
    expect(await findings(at)).toEqual(["sealed-recipient-unknown"]);
    await seal(at, "-r", "keys/eu.keys");
    expect(await findings(at)).toEqual(["sealed-recipient-missing"]);
  });

  it("a token for the keys of two environments is for one too many", async () => {
    const at = await repository("  eu: { keys: keys/eu.keys }\n  us: { keys: keys/us.keys }\n");
    await seal(at, "-e", "eu");
    expect(await findings(at)).toEqual([]);
    await seal(at, "-r", "keys/eu.keys", "-r", "keys/us.keys");
    expect(await findings(at)).toEqual(["sealed-recipient-unknown"]);
  });

  it("resealing for one cluster never shuts the other out", async () => {
    const at = await repository(SHARED);
    await seal(at, "-e", "world");
    const before = at.read("db.yaml");
    await must(at, ["keys", "rotate", "-k", "eu.key"]);
    await must(at, ["keys", "publish", "-k", "eu.key", "-o", "keys/eu.keys"]);
    const alone = await at.lacre(["reseal", "-k", "eu.key", "-r", "keys/eu.keys", "db.yaml"]);
    expect([alone.status, alone.stderr]).toEqual([
      5,
      expect.stringMatching(/it is also sealed for \w{8}, which is in no list/),
    ]);
    expect(at.read("db.yaml")).toBe(before);
    await must(at, ["reseal", "-k", "eu.key", "-e", "world", "db.yaml"]);
    expect(await findings(at)).toEqual([]);
    for (const name of ["eu", "us"])
      expect(await must(at, ["open", "-k", `${name}.key`, "db.yaml"])).toContain("alpha");
  });

  it("keys fetch finds the file of the cluster among several, and nine lists are too many", async () => {
    const at = await repository(SHARED);
    await must(at, ["keys", "rotate", "-k", "us.key"]);
    at.write("new.keys", await must(at, ["keys", "publish", "-k", "us.key"]));
    await must(at, ["keys", "fetch", "--from", "new.keys", "-e", "world"]);
    expect(at.read("keys/us.keys")).toBe(at.read("new.keys"));
    at.write("ap.keys", await must(at, ["keys", "publish", "-k", "ap.key"]));
    const other = await at.lacre(["keys", "fetch", "--from", "ap.keys", "-e", "world"]);
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining("none is of ap")]);
    at.write(".lacre.yaml", `version: 1\nenvironments:\n  x: { keys: [${Array(9).fill("k").join()}] }\n`);
    expect((await at.lacre(["verify"])).stderr).toContain("environments.x.keys has 1 to 8 files");
  });
});

describe("who signed what", () => {
  async function withSealers(policy: string): Promise<Workspace> {
    const at = await repository("  eu: { keys: keys/eu.keys }\nverify: { sealers: keys/sealers }\n");
    const line = async (name: string) =>
      (await must(at, ["keys", "generate", "--signing", "-k", `${name}.key`])).trim();
    at.write(
      "keys/sealers",
      `policy shop ${policy}\nsealer anna shop ${await line("anna")}\nsealer ben bank ${await line("ben")}\n`,
    );
    return at;
  }

  it("verify holds each token against the policy, with public keys only", async () => {
    const at = await withSealers("enforce");
    await seal(at, "-e", "eu");
    expect(await findings(at)).toEqual(["sealed-signature-missing"]);
    await seal(at, "-e", "eu", "--sign-with", "ben.key");
    expect(await findings(at)).toEqual(["sealed-signature-untrusted"]);
    await seal(at, "-e", "eu", "--sign-with", "anna.key");
    expect(await findings(at)).toEqual([]);
    expect(await must(at, ["inspect", "db.yaml"])).toMatch(/signed by \w{8}/);
    // The same by a variable, and for `set`.
    const env = { LACRE_SIGN_WITH: "anna.key" };
    await at.lacre(["set", "db.yaml", "B", "-e", "eu"], { input: "beta", env });
    expect(await findings(at)).toEqual([]);
    await at.lacre(["set", "db.yaml", "B", "-e", "eu"], { input: "gamma" });
    expect(await findings(at)).toEqual(["sealed-signature-missing"]);
  });

  it("a token that was changed after it was signed is found without any private key", async () => {
    const at = await withSealers("enforce");
    await seal(at, "-e", "eu", "--sign-with", "anna.key");
    const text = at.read("db.yaml");
    const [token = ""] = /lacre1\.[\w-]+/.exec(text) ?? [];
    const body = Buffer.from(token.slice(7), "base64url");
    body[body.length - 100] = (body[body.length - 100] ?? 0) ^ 1;
    at.write("db.yaml", text.replace(token, `lacre1.${body.toString("base64url")}`));
    expect(await findings(at)).toEqual(["sealed-signature-untrusted"]);
  });

  it("warn is told as a note; a file that CI names goes before that of the repository", async () => {
    const at = await withSealers("warn");
    await seal(at, "-e", "eu");
    const ran = await at.lacre(["verify"]);
    expect([ran.status, ran.stdout]).toEqual([
      0,
      expect.stringContaining("note: without a good signature, where the policy is warn: 1 entry in db.yaml;"),
    ]);
    at.write("ci-sealers.key", "policy * enforce\n");
    expect(await findings(at, "--sealers", "ci-sealers.key")).toEqual(["sealed-signature-missing"]);
    at.write("ci-sealers.key", "policy * maybe\n");
    const bad = await at.lacre(["verify", "--sealers", "ci-sealers.key"]);
    expect([bad.status, bad.stderr]).toEqual([
      1,
      expect.stringContaining("ci-sealers.key: sealers, line 1: a policy has"),
    ]);
  });

  it("an unchanged value is sealed again when it gets a signature, and kept when it has it", async () => {
    const at = await withSealers("enforce");
    at.write("plain.yaml", secretYaml("db", { A: "alpha" }));
    await must(at, ["seal", "-e", "eu", "plain.yaml", "-o", "db.yaml"]);
    await must(at, ["seal", "-e", "eu", "plain.yaml", "-o", "db.yaml", "--sign-with", "anna.key"]);
    expect(await findings(at, "db.yaml")).toEqual([]);
    const before = at.read("db.yaml");
    await must(at, ["seal", "-e", "eu", "plain.yaml", "-o", "db.yaml", "--sign-with", "anna.key"]);
    expect(at.read("db.yaml")).toBe(before);
  });

  it("a wrong signing key is told: a public one, a bare key, one that others can read", async () => {
    const at = await (await withSealers("enforce")).withKey("bare");
    at.write("public.key", at.read("keys/sealers").split(" ").at(-1) ?? "", 0o600);
    const sign = (file: string) =>
      at.lacre(["seal", "-e", "eu", "--sign-with", file], { input: secretYaml("db", { A: "a" }) });
    expect((await sign("public.key")).stderr).toContain("public.key: this is a public signing key");
    expect((await sign("bare.key")).stderr).toContain("bare.key: there is no whole signing key in it");
    expect((await sign("nowhere.key")).stderr).toContain("nowhere.key: no such file");
    at.sh("chmod 644 anna.key");
    expect((await sign("anna.key")).stderr).toContain("anna.key can be read by others");
  });

  it("52: a file that still holds a value in the clear fails, signed or not", async () => {
    const at = await withSealers("off");
    at.write("db.yaml", secretYaml("db", { PASSWORD: "correct horse battery" }));
    expect(await findings(at)).toContain("kubernetes-secret-plaintext");
    const sealed = await must(at, ["seal", "-e", "eu", "--sign-with", "anna.key", "db.yaml"]);
    at.write("db.yaml", `${sealed}---\n${secretYaml("other", { PASSWORD: "correct horse battery" })}`);
    expect(await findings(at)).toContain("kubernetes-secret-plaintext");
  });

  it("a key store, a signing key and a share in a repository are found by verify", async () => {
    const at = await repository(SHARED);
    const store = at
      .read("eu.key")
      .split("\n")
      .filter((line) => line.startsWith("lacre-identity"))
      .join("\n");
    at.write("a.txt", store);
    await must(at, ["keys", "generate", "--signing", "-k", "anna.key"]);
    at.write("b.txt", at.read("anna.key"));
    await must(
      at,
      ["keys", "recovery-key", "--shares", "3", "--threshold", "2", "-o", "../shares"].map((one) =>
        one.replace("..", `${at.path}-x`),
      ),
    );
    at.sh(`cat ${at.path}-x/shares/share-1* > c.txt; rm -r ${at.path}-x`);
    expect(await findings(at)).toEqual(["lacre-private-key", "lacre-private-key", "lacre-private-key"]);
  });
});
