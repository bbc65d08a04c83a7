/** `npm run bench`: what the README claims about speed and memory, both sides in one run, as a table of ratios. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Engine, generateKey, Keyring, openToken, sealToken } from "../src/crypto/index.ts";
import { portableEngine } from "../src/index.ts";
import { nativeEngine } from "../src/node/engine.ts";
import { benchAgainst } from "./against.ts";
import { benchKeys } from "./keys.ts";
import { benchKubernetes } from "./kubernetes.ts";
import { peakMemory, type Timed, timeCalls, timeInTurns, timeOnce } from "./measure.ts";
import { kubeseal, rsaCertificate } from "./peers.ts";
import { ms, printTable, ratio, row } from "./table.ts";
import { benchVerify } from "./verify.ts";

const DIST = path.join(import.meta.dirname, "../dist");
const NODE = process.execPath;
const LACRE = path.join(DIST, "cli/main.cjs");
const CONTROLLER = path.join(DIST, "controller/main.js");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-bench-"));
const at = (name: string) => path.join(directory, name);
const us = (value: number) => `${value.toFixed(0)} us`;

function secrets(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const values = ["PASSWORD", "API_KEY", "TOKEN"].map(
      (key) => `  ${key}: ${crypto.randomBytes(18).toString("base64url")}x`,
    );
    return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-${index}\n  namespace: bench\ntype: Opaque\nstringData:\n${values.join("\n")}\n`;
  });
}

function writeTree(name: string, texts: readonly string[]): void {
  for (const [index, text] of texts.entries()) {
    const file = at(`${name}/${String(index % 100)}/${index}.yaml`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

const lacre = (...args: readonly string[]) => [NODE, LACRE, ...args];

function prepare(): void {
  timeOnce({ command: lacre("keys", "generate", "--key-file", at("prod.key")), stdout: at("prod.pub") });
  fs.writeFileSync(at("one.yaml"), secrets(1)[0] ?? "");
  fs.writeFileSync(at("thousand.yaml"), secrets(1000).join("---\n"));
}

function benchStart(): void {
  const commands: readonly Timed[] = [
    { command: [NODE, "-e", "0"] },
    { command: lacre("--version") },
    { command: lacre("seal", "-r", at("prod.pub"), at("one.yaml")) },
  ];
  const [empty = 0, version = 0, seal = 0] = timeInTurns(commands, 41);
  row("`lacre --version`", ms(version), `\`node -e 0\`: ${ms(empty)}`, ratio(version / empty), "at most 1.5");
  row("`lacre seal` of one Secret", ms(seal), `\`node -e 0\`: ${ms(empty)}`, ratio(seal / empty), "at most 2");
}

function benchBulkSeal(): void {
  const peer = kubeseal();
  const ours: Timed = {
    command: lacre("seal", "-r", at("prod.pub")),
    stdin: at("thousand.yaml"),
    stdout: at("out.yaml"),
  };
  if (peer === undefined) {
    row(
      "seal 1,000 Secrets of 3 values",
      ms(timeInTurns([ours], 5)[0] ?? 0),
      "kubeseal needs Go",
      "not measured",
      "at most 0.5",
    );
    return;
  }
  const certificate = rsaCertificate(directory);
  const theirs: Timed = {
    command: [peer, "--cert", certificate, "-o", "yaml"],
    stdin: at("thousand.yaml"),
    stdout: at("peer.yaml"),
  };
  const [mine = 0, other = 0] = timeInTurns([ours, theirs], 7);
  row("seal 1,000 Secrets of 3 values", ms(mine), `kubeseal v0.40.0: ${ms(other)}`, ratio(mine / other), "at most 0.5");
}

/** What the peer does for one value: RSA-OAEP with SHA-256 for the session key, AES-256-GCM for the value. */
function peerOpener(): () => unknown {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 4096 });
  const sessionKey = crypto.randomBytes(32);
  const oaepLabel = Buffer.from("bench/secret");
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = crypto.publicEncrypt({ key: publicKey, padding, oaepHash: "sha256", oaepLabel }, sessionKey);
  const cipher = crypto.createCipheriv("aes-256-gcm", sessionKey, Buffer.alloc(12));
  const sealed = Buffer.concat([cipher.update("a value of some length"), cipher.final()]);
  const tag = cipher.getAuthTag();
  return () => {
    const key = crypto.privateDecrypt({ key: privateKey, padding, oaepHash: "sha256", oaepLabel }, wrapped);
    const decipher = crypto.createDecipheriv("aes-256-gcm", key, Buffer.alloc(12));
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  };
}

function lacreOpener(engine: Engine): () => unknown {
  const key = generateKey(engine, "mlkem768x25519");
  const place = { namespace: "bench", name: "secret", key: "TOKEN" };
  const value = new TextEncoder().encode("a value of some length");
  const token = sealToken(engine, { value, scope: "strict", place, recipients: [key.publicKey], sealedAt: 1n });
  const keyring = new Keyring([key]);
  return () => {
    if (!openToken(engine, keyring, token, place).ok) throw new Error("a token did not open");
  };
}

/** The two operations that no hybrid token opens without: what the runtime itself allows at most. */
function limit(): () => unknown {
  const x25519 = crypto.generateKeyPairSync("x25519");
  const mlkem = crypto.generateKeyPairSync("ml-kem-768");
  const { ciphertext } = crypto.encapsulate(mlkem.publicKey);
  return () => {
    crypto.diffieHellman({ privateKey: x25519.privateKey, publicKey: x25519.publicKey });
    crypto.decapsulate(mlkem.privateKey, ciphertext);
  };
}

async function benchOpen(): Promise<void> {
  const native = nativeEngine();
  const portable = await portableEngine();
  if (native === undefined) throw new Error("this Node has no native engine");
  const calls = [lacreOpener(native), lacreOpener(portable), peerOpener(), limit()];
  const [ours = 0, slow = 0, rsa = 0, least = 0] = timeCalls(calls, 200, 11);
  const peer = `RSA-4096-OAEP + AES-256-GCM: ${us(rsa)}`;
  row("open one hybrid token, native engine", us(ours), peer, `${(rsa / ours).toFixed(1)} times faster`, "at least 20");
  row(
    "X25519 and ML-KEM-768 alone: the limit",
    us(least),
    peer,
    `${(rsa / least).toFixed(1)} times faster`,
    "reported",
  );
  row("open one hybrid token, portable engine", us(slow), peer, `${(rsa / slow).toFixed(1)} times faster`, "reported");
}

function benchMemory(): void {
  const texts = secrets(10_000);
  writeTree("tree", texts);
  fs.writeFileSync(at("ten-thousand.yaml"), texts.join("---\n"));
  const recipient = ["-r", at("prod.pub")];
  const stream = peakMemory({
    command: lacre("seal", ...recipient),
    stdin: at("ten-thousand.yaml"),
    stdout: at("out.yaml"),
  });
  row("peak memory, seal a stream of 10,000 Secrets", `${stream.toFixed(0)} MiB`, "", "", "under 300 MB");
  const started = performance.now();
  const tree = peakMemory({ command: lacre("seal", ...recipient, "--in-place", at("tree")) });
  row(
    "peak memory, seal a tree of 10,000 files",
    `${tree.toFixed(0)} MiB`,
    ms(performance.now() - started),
    "",
    "under 300 MB",
  );
}

/** A pass with nothing to do is taken once the files are old enough to be trusted by their times. */
function benchSync(): void {
  const sync = [
    "--source",
    `directory:${at("tree")}`,
    "--target",
    `directory:${at("target")}`,
    "--key-file",
    at("prod.key"),
  ];
  const controller: Timed = { command: [NODE, CONTROLLER, ...sync, "--once", "--log-level", "silent"] };
  const started = performance.now();
  const first = peakMemory(controller);
  row(
    "peak memory, first sync of 10,000 objects",
    `${first.toFixed(0)} MiB`,
    ms(performance.now() - started),
    "",
    "under 300 MB",
  );
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  timeOnce(controller);
  const again = peakMemory(controller);
  const [process_ = 0, command = 0] = timeInTurns([controller, { command: lacre("sync", ...sync) }], 5);
  row(
    "a pass with nothing to do, 10,000 objects",
    ms(process_),
    `\`lacre sync\`: ${ms(command)}`,
    `${again.toFixed(0)} MiB`,
    "under 1 s",
  );
}

async function benchAll(): Promise<void> {
  prepare();
  benchStart();
  benchBulkSeal();
  await benchOpen();
  benchMemory();
  benchSync();
}

const only = process.argv[2];
if (only !== undefined && !["verify", "kubernetes", "keys", "against"].includes(only))
  throw new Error(`there is no benchmark ${only}: say nothing, verify, kubernetes, keys, or against DIR`);
try {
  if (only === undefined) await benchAll();
  if (only === undefined || only === "verify") benchVerify(directory);
  if (only === undefined || only === "kubernetes") await benchKubernetes(directory);
  if (only === undefined || only === "keys") await benchKeys(directory);
  if (only === "against") await benchAgainst(directory, process.argv[3] ?? "");
  printTable();
} finally {
  fs.rmSync(directory, { recursive: true, force: true });
}
