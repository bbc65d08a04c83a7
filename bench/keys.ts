/** `npm run bench -- keys`: resealing against the peer's rotation on one API server, and twenty old keys against none. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ControlPlane } from "../test/support/control-plane.ts";
import { TestApi } from "../test/support/kube-api.ts";
import { type Bench, end, MOUNT, manifests, onControlPlane, PEER_PORT, until } from "./kubernetes.ts";
import { timeInTurns } from "./measure.ts";
import { sealedSecretsController } from "./peers.ts";
import { ms, ratio, row } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "..");
const LACRE = path.join(ROOT, "dist/cli/main.cjs");
const CONTROLLER = path.join(ROOT, "dist/controller/main.js");
const TOKENS = 10_000;
const SAMPLE = 200;
const OLD_KEYS = 20;
const ONE_VALUE = ["TOKEN"];

const perToken = (totalMs: number, count: number) => `${((totalMs * 1000) / count).toFixed(0)} us a token`;

/** The peer's way: each object by itself is read, sent to its controller, and comes back; milliseconds an object. */
async function rotateOneByOne(plane: ControlPlane, bench: Bench): Promise<number | undefined> {
  const program = sealedSecretsController();
  if (program === undefined || fs.existsSync(MOUNT)) return undefined;
  const peer = bench.startPeer(program);
  const api = new TestApi(plane.server, plane.caFile, plane.adminToken);
  try {
    const namespace = bench.namespace("peer-rotate");
    const file = await bench.sealForPeer(SAMPLE, namespace, ONE_VALUE);
    plane.mustKubectl(["create", "-f", file]);
    const at = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets`;
    const started = performance.now();
    for (let index = 0; index < SAMPLE; index++) {
      const object = await api.get(`${at}/secret-${index}`);
      const url = `http://127.0.0.1:${PEER_PORT}/v1/rotate`;
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(object) });
      const text = await answer.text();
      if (!answer.ok || !text.includes("encryptedData")) throw new Error(`the peer did not rotate: ${answer.status}`);
    }
    return (performance.now() - started) / SAMPLE;
  } finally {
    await api.close();
    await end(peer);
    fs.rmSync(MOUNT, { recursive: true });
  }
}

/** Ours: one run that reads them all; milliseconds. */
async function resealInCluster(plane: ControlPlane, bench: Bench): Promise<number> {
  const controller = bench.startLacre();
  try {
    await bench.lacreReady();
    const namespace = bench.namespace("lacre-reseal");
    const file = await bench.sealForLacre(TOKENS, namespace, ONE_VALUE);
    plane.mustKubectl(["create", "-f", file]);
    const rotate = ["keys", "rotate", "--kubeconfig", plane.kubeconfig];
    const ran = spawnSync(process.execPath, [LACRE, ...rotate], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(ran.stderr);
  } finally {
    await end(controller);
  }
  const kubeconfig = plane.writeKubeconfig("reseal", plane.serviceAccountToken("lacre-system", "lacre-controller"));
  const args = [CONTROLLER, "reseal", "--key-namespace", "lacre-system", "--kubeconfig", kubeconfig];
  const started = performance.now();
  const ran = spawnSync(process.execPath, [...args, "--log-level", "warn"], { encoding: "utf8", maxBuffer: 1 << 30 });
  const took = performance.now() - started;
  const lines = ran.stdout.split("\n").length - 3;
  if (ran.status !== 0 || lines !== TOKENS) throw new Error(`resealed ${lines}: ${ran.stderr}`);
  return took;
}

/** `lacre reseal` on 10,000 files of one value, for who holds the keys. */
function resealFiles(directory: string): number {
  const at = (name: string) => path.join(directory, `keys-${name}`);
  const lacre = (args: readonly string[], input = "") => {
    const env = { ...process.env, XDG_CONFIG_HOME: at("config"), XDG_CACHE_HOME: at("cache") };
    const ran = spawnSync(process.execPath, [LACRE, ...args], { encoding: "utf8", input, env, maxBuffer: 1 << 30 });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  fs.writeFileSync(at("prod.keys"), lacre(["keys", "generate", "--cluster", "prod", "-k", at("prod.key")]));
  const sealed = lacre(["seal", "-r", at("prod.keys")], manifests(TOKENS, "bench", ONE_VALUE));
  for (const [index, text] of sealed.split("---\n").entries()) {
    const file = at(`tree/${index % 100}/${index}.yaml`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  lacre(["keys", "rotate", "-k", at("prod.key")]);
  fs.writeFileSync(at("prod.keys"), lacre(["keys", "publish", "-k", at("prod.key")]));
  const started = performance.now();
  lacre(["reseal", "-k", at("prod.key"), "-r", at("prod.keys"), at("tree")]);
  return performance.now() - started;
}

/** A controller that starts, opens 1,000 objects and ends: with one key, and with twenty older ones beside it. */
function startWithOldKeys(directory: string): void {
  const at = (name: string) => path.join(directory, `old-${name}`);
  const lacre = (args: readonly string[], input = "") => {
    const env = { ...process.env, XDG_CONFIG_HOME: at("config") };
    const ran = spawnSync(process.execPath, [LACRE, ...args], { encoding: "utf8", input, env, maxBuffer: 1 << 30 });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  fs.writeFileSync(at("one.keys"), lacre(["keys", "generate", "--cluster", "prod", "-k", at("one.key")]));
  fs.mkdirSync(at("source"));
  for (let part = 0; part < 4; part++) {
    const sealed = lacre(["seal", "-r", at("one.keys")], manifests(250, `bench-${part}`));
    fs.writeFileSync(path.join(at("source"), `${part}.yaml`), sealed);
  }
  fs.copyFileSync(at("one.key"), at("many.key"));
  for (let index = 0; index < OLD_KEYS; index++) lacre(["keys", "rotate", "-k", at("many.key")]);
  // In memory, where there is such a place: what is measured is opening, not a disk.
  const memory = fs.existsSync("/dev/shm") ? fs.mkdtempSync("/dev/shm/lacre-bench-") : at("memory");
  const out = path.join(memory, "out");
  const start = (keys: string) => ({
    command: [
      ...[process.execPath, CONTROLLER, "--source", `directory:${at("source")}`, "--target", `directory:${out}`],
      ...["--key-file", at(keys), "--once", "--log-level", "silent"],
    ],
    prepare: () => fs.rmSync(out, { recursive: true, force: true }),
  });
  const [one = 0, many = 0] = timeInTurns([start("one.key"), start("many.key")], 15);
  fs.rmSync(memory, { recursive: true, force: true });
  const what = `start, open 1,000 objects of 3 values, end: ${OLD_KEYS} old keys beside the one`;
  row(what, ms(many), `one key: ${ms(one)}`, ratio(many / one), "as fast as with one");
}

/** Runs it. */
export function benchKeys(directory: string): Promise<void> {
  startWithOldKeys(directory);
  const files = resealFiles(directory);
  return onControlPlane(directory, async (plane, bench) => {
    await until("the CRDs", async () => plane.kubectl(["get", "sealedsecrets.bitnami.com", "-A"]).status === 0);
    const peer = await rotateOneByOne(plane, bench);
    const cluster = await resealInCluster(plane, bench);
    const theirs =
      peer === undefined ? "the peer was not measured" : `sealed-secrets v0.40.0, /v1/rotate: ${ms(peer)} an object`;
    const faster = (totalMs: number) =>
      peer === undefined ? "" : `${(peer / (totalMs / TOKENS)).toFixed(1)} times faster`;
    const goal = "at least 10 times";
    row("reseal 10,000 objects in the cluster, as the Job", perToken(cluster, TOKENS), theirs, faster(cluster), goal);
    row("`lacre reseal` of 10,000 files", perToken(files, TOKENS), theirs, faster(files), goal);
  });
}
