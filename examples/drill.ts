/**
 * `npm run drill`: the life of a cluster's keys, played with real commands, each step proved. On a real control plane where there is
 * one or Go to build it, else with the standalone controller; `npm run drill -- --standalone` plays that everywhere.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { ageDirectory, HOW_TO_GET_AGE } from "../test/support/age.ts";
import { HOW_TO_GET_ONE, kubernetesAssets } from "../test/support/kubernetes-assets.ts";
import { attackAsOperator, attackRepository } from "./drill-attack.ts";
import { clusterSystem } from "./drill-cluster.ts";
import { standaloneSystem } from "./drill-standalone.ts";
import type { System } from "./drill-system.ts";
import { addProgram, check, directory, ENVIRONMENT, play, run, tell } from "./stage.ts";

/** Who works on what: three developers, two namespaces. */
const DEVELOPERS = [
  { name: "ada", namespace: "shop", secret: "db", values: { PASSWORD: "correct horse", "tls.key": "two\nlines\n" } },
  { name: "ben", namespace: "shop", secret: "mail", values: { TOKEN: "battery staple" } },
  { name: "cleo", namespace: "bank", secret: "ledger", values: { PIN: "4711", CERT: "äöü\n" } },
] as const;
const OBJECTS = DEVELOPERS.map(({ namespace, secret }) => `${namespace}/${secret}`);
const SHARES = ["shares/1.txt", "shares/3.txt"].flatMap((file) => ["--share", file]);

const file = (name: string) => path.join(directory, name);

/** The configuration of one person: their own pins, their own name in Git. */
function as(person: string): void {
  const config = file(`home-${person}`);
  Object.assign(ENVIRONMENT, { XDG_CONFIG_HOME: config, GIT_AUTHOR_NAME: person, GIT_COMMITTER_NAME: person });
}

const keyIds = (
  clone: string,
): readonly { readonly keyId: string; readonly state: string; readonly entries: number }[] =>
  JSON.parse(
    run(["lacre", "keys", "list", "keys/prod.keys", "secrets", "--json"], { cwd: clone, into: "../keys.json" }),
  ).keys;

function push(clone: string, message: string): void {
  run(["git", "add", "--all"], { cwd: clone });
  run(["git", "commit", "--quiet", "-m", message], { cwd: clone });
  run(["git", "pull", "--quiet", "--rebase"], { cwd: clone });
  run(["git", "push", "--quiet"], { cwd: clone });
}

async function create(system: System): Promise<void> {
  tell("1. Two recovery keys: one in a file for the safe, one split into three shares of which two suffice.");
  run(["lacre", "keys", "recovery-key", "-o", "safe.key"], { into: "safe.pub" });
  run(["lacre", "keys", "recovery-key", "--shares", "3", "--threshold", "2", "-o", "shares"], { into: "shared.pub" });
  for (const name of fs.readdirSync(file("shares")))
    fs.renameSync(file(`shares/${name}`), file(`shares/${name[6]}.txt`));

  tell(`2. ${system.title}. Its first key is used only once its backup is kept elsewhere.`);
  await system.start(["safe.pub", "shared.pub"].map((name) => fs.readFileSync(file(name), "utf8").trim()));
  check("nobody can seal for it yet", !(await system.list()).includes("key: active"));
  await system.backup("1.age");
  check("the key is active now", (await system.list()).includes("key: active"));
  run(["lacre", "keys", "backup", "verify", "1.age", ...SHARES]);
}

async function seal(system: System): Promise<void> {
  tell("3. Three developers seal in two namespaces, each in a clone of their own. None of them holds a private key.");
  run(["git", "init", "--quiet", "-b", "main", "start"]);
  fs.writeFileSync(file("start/.lacre.yaml"), "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n");
  run(["git", "add", "--all"], { cwd: "start" });
  run(["git", "commit", "--quiet", "-m", "Begin"], { cwd: "start" });
  run(["git", "clone", "--quiet", "--bare", "start", "origin.git"]);
  for (const { name, namespace, secret, values } of DEVELOPERS) {
    as(name);
    run(["git", "clone", "--quiet", "origin.git", name]);
    await system.fetch(name);
    const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
    const manifest = `apiVersion: v1\nkind: Secret\nmetadata: { name: ${secret}, namespace: ${namespace} }\nstringData:\n${lines.join("\n")}\n`;
    fs.mkdirSync(file(`${name}/secrets`), { recursive: true });
    fs.writeFileSync(file(`${name}/secrets/${secret}.yaml`), manifest);
    run(["lacre", "seal", "--in-place", "secrets"], { cwd: name });
    push(name, `Add the secrets of ${secret}`);
  }
  run(["git", "pull", "--quiet"], { cwd: "ada" });
  run(["lacre", "verify"], { cwd: "ada" });
  await system.sync("ada", OBJECTS);
  await proveAll(system, "every Secret is as it was sealed");
}

/** Every value of every Secret, byte for byte. */
async function proveAll(system: System, claim: string): Promise<void> {
  for (const { namespace, secret, values } of DEVELOPERS) {
    const live = await system.values(`${namespace}/${secret}`);
    const isSame = Object.entries(values).every(([key, value]) => live[key] === Buffer.from(value).toString("base64"));
    check(`${claim}: ${namespace}/${secret}`, isSame && Object.keys(live).length === Object.keys(values).length);
  }
}

async function rotate(system: System): Promise<void> {
  tell(
    "4. Half a year later, and again: a new key each time, each with a backup before it is used. Old files go on opening.",
  );
  as("ada");
  for (const number of [2, 3]) {
    await system.rotate();
    await system.backup(`${number}.age`);
    await system.fetch("ada");
  }
  run(["lacre", "keys", "list", "keys/prod.keys", "secrets"], { cwd: "ada" });
  check(
    "three keys, one of them active",
    keyIds("ada")
      .map(({ state }) => state)
      .join() === "active,decrypt-only,decrypt-only",
  );
  push("ada", "Fetch the new keys");
  run(["lacre", "verify"], { cwd: "ada" });
  await proveAll(system, "what the oldest key sealed is still there");
  run(["lacre", "reseal", "--check", "secrets"], { cwd: "ada", status: 4 });
}

async function loseAndRestore(system: System, age: string): Promise<void> {
  tell("5. The backup, as anybody with the recovery key can open it in ten years: with plain age.");
  addProgram("age", path.join(age, "age"));
  run(["age", "--decrypt", "-i", "safe.key", "3.age"], { into: "opened.txt" });
  const opened = fs.readFileSync(file("opened.txt"), "utf8");
  check("it opens to the key store, with three private keys", opened.match(/^lacre-private-1\./gm)?.length === 3);
  fs.rmSync(file("opened.txt"));
  run(["lacre", "keys", "backup", "verify", "3.age", ...SHARES, "--against", "ada/keys/prod.keys"]);
  run(["lacre", "keys", "backup", "verify", "1.age", "-i", "safe.key", "--against", "ada/keys/prod.keys"], {
    status: 6,
  });

  tell("6. Everything is lost. What is left: Git, the newest backup, two of three shares.");
  await system.lose();
  await system.startEmpty();
  check("the new one makes no key of its own", (await system.list()) === "");
  const one = SHARES.slice(0, 2);
  await system.restore("3.age", one, 6);
  await system.restore("3.age", SHARES, 0);
  await system.sync("ada", OBJECTS);
  await proveAll(system, "back, byte for byte");
  as("ben");
  await system.fetch("ben");
  check(
    "nobody pins anew: the identity is the same",
    fs.readFileSync(file("ben/keys/prod.keys"), "utf8").includes("key: active"),
  );
}

async function compromise(system: System): Promise<void> {
  tell(
    "7. The oldest key turns out to be known to others. In real life the secrets themselves are changed first; then the key is marked.",
  );
  as("ada");
  const oldest = keyIds("ada").at(-1)?.keyId ?? "";
  await system.compromised(oldest);
  await system.refuses("shop/db");
  await system.fetch("ada");
  run(["lacre", "verify"], { cwd: "ada", status: 3 });
  check("CI fails while a token is sealed for it", true);
  await system.destroy(oldest.slice(0, 8), "ada/secrets", 7);
  check("and it cannot be destroyed while entries need it", true);

  tell("8. Everything is resealed: ciphertext goes in, ciphertext comes out. Place, scope and time stay.");
  await system.reseal("ada");
  run(["lacre", "reseal", "--check", "secrets"], { cwd: "ada" });
  run(["lacre", "verify"], { cwd: "ada" });
  push("ada", "Reseal for the newest key");
  await system.sync("ada", OBJECTS);
  await proveAll(system, "the same values under the newest key");

  tell("9. Now nothing needs the old key: it is destroyed, and so is what Git's history holds for it.");
  await system.destroy(oldest.slice(0, 8), "ada/secrets", 0);
  await system.fetch("ada");
  check(
    "the list remembers it as destroyed",
    keyIds("ada").some(({ keyId, state }) => keyId === oldest && state === "destroyed"),
  );
  await system.backup("4.age");
  run(["lacre", "keys", "restore", "4.age", ...SHARES, "--key-file", "from-backup.key"]);
  run(["git", "log", "--format=%h", "--diff-filter=A", "--", "secrets/db.yaml"], { cwd: "ada", into: "../first.txt" });
  const first = fs.readFileSync(file("first.txt"), "utf8").trim();
  run(["git", "show", `${first}:secrets/db.yaml`], { cwd: "ada", into: "../old.yaml" });
  run(["lacre", "open", "-k", "from-backup.key", "old.yaml"], { status: 5 });
  check("the first commit opens with nothing any more, not even with the newest backup", true);
  run(["lacre", "open", "-k", "from-backup.key", "ada/secrets/db.yaml"], { into: "opened.yaml" });
  check("and what is there today opens", fs.readFileSync(file("opened.yaml"), "utf8").includes("correct horse"));
  fs.rmSync(file("opened.yaml"));
}

function choose(): System {
  if (process.argv.includes("--standalone")) return standaloneSystem();
  const assets = kubernetesAssets();
  if (assets !== undefined) return clusterSystem(assets);
  if (process.env["CI"] === "true") throw new Error(HOW_TO_GET_ONE);
  console.log(`${HOW_TO_GET_ONE}; playing it with the standalone controller`);
  return standaloneSystem();
}

const system = choose();
const age = ageDirectory();
if (age === undefined) throw new Error(HOW_TO_GET_AGE);
await play(
  async () => {
    as("owner");
    await create(system);
    await seal(system);
    await rotate(system);
    await loseAndRestore(system, age);
    await compromise(system);
    await attackRepository(system, as);
    await attackAsOperator(system);
  },
  () => system.close(),
);
