/**
 * `npm run fuzz`: everything that is read from a repository, a cluster or a state directory, fed with damaged text. Each reader gives a
 * value, says no, or throws a LacreError: anything else is a fault, and so is a second for one text. Then hostile names of files
 * through the built programs: fuzz-files.ts.
 * SECONDS and SEED by --seconds and --seed: the same seed gives the same texts.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { readInventory } from "../controller/standalone/inventory.ts";
import { portableEngine as engine } from "../src/crypto/engine-portable.ts";
import { generateKey } from "../src/crypto/index.ts";
import { LacreError } from "../src/errors.ts";
import { readConfiguration } from "../src/format/index.ts";
import { readDocuments } from "../src/format/yaml/documents.ts";
import { foundKey, judgeKeys } from "../src/keys/held-secrets.ts";
import {
  factsOfKey,
  formatKeyStore,
  holdNew,
  keySecret,
  parseKeyList,
  parseKeyStore,
  parseSealers,
  proveKey,
  readKeyProof,
  readKeySecret,
  readSerial,
  signKeyList,
} from "../src/keys/index.ts";
import { parseKeyProof } from "../src/keys/proof.ts";
import { parseToken } from "../src/model/index.ts";
import { fuzzFiles } from "./fuzz-files.ts";
import { Random } from "./fuzz-random.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const deadline = Date.now() + Number(values.seconds) * 1000;
/** Of the time, for names of files: these go through whole programs. */
const NAMES_SHARE = 1 / 3;
const SLOW_MS = 1_000;
const ROOT = path.join(import.meta.dirname, "..");

const random = new Random(seed);
const PIECES = [
  "\0",
  "\u2028",
  "\u202e",
  "\x1b[2J",
  "\r\n",
  "\t",
  "../",
  "__proto__",
  "constructor",
  "- ",
  ": ",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a",
  "!!js ",
  "lacre1.",
  "null",
  "-1",
  "1e999",
  "9".repeat(40),
  "💥",
  "\ud800",
  "#",
  "'",
  '"',
  "--output=x",
];

/** A text with one to four faults. */
function damage(text: string, others: readonly string[]): string {
  let damaged = text;
  for (let faults = 1 + random.below(4); faults > 0; faults--) {
    const at = random.below(damaged.length + 1);
    const to = Math.min(damaged.length, at + random.below(12));
    const other = random.pick(others);
    const from = random.below(other.length + 1);
    switch (random.below(6)) {
      case 0:
        damaged = damaged.slice(0, at) + damaged.slice(to);
        break;
      case 1:
        damaged = damaged.slice(0, at) + random.pick(PIECES) + damaged.slice(to);
        break;
      case 2:
        damaged = damaged.slice(0, at);
        break;
      case 3:
        damaged = damaged.slice(0, to) + damaged.slice(at);
        break;
      case 4:
        damaged = damaged.slice(0, at) + other.slice(from, from + 200) + damaged.slice(to);
        break;
      default:
        damaged = damaged.slice(0, at) + String.fromCharCode(random.below(0x250)) + damaged.slice(at + 1);
    }
  }
  return damaged;
}

const identity = new Uint8Array(32).fill(1);
const held = holdNew(generateKey(engine, "x25519"), "active", new Date("2026-01-01"), 1e10);
const store = { cluster: "prod", serial: 7, identity, keys: [held] };
const listed = {
  publicKey: held.publicKey,
  state: "active",
  notBefore: held.notBefore,
  notAfter: held.notAfter,
} as const;
const proof = proveKey(engine, factsOfKey(held), 7, identity);
const secret = JSON.stringify(keySecret("lacre-system", held, proof));
const vectors = JSON.parse(fs.readFileSync(path.join(ROOT, "test/vectors/v1/sealed.json"), "utf8"));
const token = /lacre1\.[\w-]+/.exec(JSON.stringify(vectors))?.[0] ?? "lacre1.";
const upgrade = path.join(ROOT, "test/upgrade/standalone");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-fuzz-"));

function readInventoryText(text: string): void {
  const file = path.join(directory, "inventory.json");
  fs.writeFileSync(file, text);
  readInventory(file, "directory:x");
}

function readSecretText(text: string): void {
  const parsed: unknown = JSON.parse(text);
  const metadata = (parsed as { metadata?: { name?: unknown } } | null)?.metadata;
  // The API server sends objects with metadata and a name.
  if (typeof metadata?.name !== "string") return;
  const body = parsed as Parameters<typeof readKeySecret>[1];
  const read = readKeySecret(engine, body);
  readSerial(body);
  if (!read.ok) return;
  const { proven } = judgeKeys(
    engine.signingKeyOf(identity),
    [foundKey(engine, metadata.name, read.key, readKeyProof(body))],
    undefined,
  );
  // The one proof there is speaks for one key in one state: nothing that was damaged may count as another.
  for (const one of proven)
    if (JSON.stringify(factsOfKey(one.held)) !== JSON.stringify(factsOfKey(held)))
      throw new Error("a damaged key counts");
}

const readers: readonly { readonly name: string; readonly text: string; readonly read: (text: string) => unknown }[] = [
  { name: "token", text: token, read: parseToken },
  {
    name: "key list",
    text: signKeyList(engine, { cluster: "prod", serial: 7, keys: [listed] }, identity),
    read: (text) => parseKeyList(engine, text),
  },
  { name: "key store", text: formatKeyStore(engine, store), read: (text) => parseKeyStore(engine, text) },
  { name: "key proof", text: proof, read: parseKeyProof },
  { name: "key Secret", text: secret, read: readSecretText },
  {
    name: ".lacre.yaml",
    text: "version: 1\ndefaultEnvironment: prod\nenvironments:\n  prod: { keys: [keys/prod.keys, keys/x.keys], branch: main }\nverify: { allow: [{ path: a/**, reason: r }] }\n",
    read: (text) => readConfiguration({ path: ".lacre.yaml", text, bom: false }),
  },
  {
    name: "sealers",
    text: `policy * enforce\nsealer anna shop,x lacre-signing-1.${"A".repeat(43)}\n`,
    read: parseSealers,
  },
  {
    name: "manifest",
    text: fs.readFileSync(path.join(upgrade, "repo/secrets/bare.yaml"), "utf8"),
    read: (text) => [...readDocuments({ path: "x.yaml", text, bom: false })],
  },
  { name: "inventory", text: fs.readFileSync(path.join(upgrade, "inventory.json"), "utf8"), read: readInventoryText },
];
const texts = readers.map(({ text }) => text);

function isExpected(error: unknown): boolean {
  return error instanceof LacreError || (error instanceof SyntaxError && error.message.includes("JSON"));
}

let runs = 0;
let faults = 0;
console.log(
  `fuzzing ${readers.map(({ name }) => name).join(", ")} and names of files for ${values.seconds} s, seed ${seed}`,
);
const textDeadline = deadline - Number(values.seconds) * 1000 * NAMES_SHARE;
while (Date.now() < textDeadline && faults < 10) {
  const { name, text, read } = random.pick(readers);
  const damaged = damage(text, texts);
  const started = Date.now();
  let fault: string | undefined;
  try {
    read(damaged);
  } catch (error) {
    if (!isExpected(error))
      fault = error instanceof Error ? `${error.name}: ${error.message}` : "something that is no error";
  }
  if (Date.now() - started > SLOW_MS) fault ??= `took ${Date.now() - started} ms`;
  runs++;
  if (fault === undefined) continue;
  faults++;
  console.log(`fault in ${name} (seed ${seed}, run ${runs}): ${fault}\n  ${JSON.stringify(damaged).slice(0, 400)}`);
}
fs.rmSync(directory, { recursive: true, force: true });
let names = 0;
do {
  const round = fuzzFiles(random);
  names += round.names;
  faults += round.faults.length;
  for (const fault of round.faults) console.log(`fault with names of files (seed ${seed}, name ${names}): ${fault}`);
} while (Date.now() < deadline && faults < 10);
console.log(`${runs} texts, ${names} names, ${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
