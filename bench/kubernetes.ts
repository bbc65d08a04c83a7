/** `npm run bench -- kubernetes`: the controller against the leading peer's, on one real API server, one after the other. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ControlPlane } from "../test/support/control-plane.ts";
import { TestApi } from "../test/support/kube-api.ts";
import { HOW_TO_GET_ONE, kubernetesAssets } from "../test/support/kubernetes-assets.ts";
import { kubeseal, sealedSecretsController, sealedSecretsCrd } from "./peers.ts";
import { ms, ratio, row } from "./table.ts";

const ROOT = path.join(import.meta.dirname, "..");
const LACRE = path.join(ROOT, "dist/cli/main.cjs");
const CONTROLLER = path.join(ROOT, "dist/controller/main.js");
/** Where the peer looks for its credentials. */
export const MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const PORT = 9_827;
/** Where the peer listens. */
export const PEER_PORT = 9_828;
const COUNTS = [100, 1_000, 10_000];
const EDITS = 51;
/** Clock ticks a second, which /proc counts processor time in: 100 on every Linux that Node runs on. */
const TICKS = 100;

type Run = { readonly totalMs: number; readonly lagMs: number; readonly cpuSeconds: number };

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Processor time of a process so far. */
export function cpuSeconds({ pid }: ChildProcess): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function peakMiB({ pid }: ChildProcess): number {
  return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Waits until something is so. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  pauseMs = 20,
  limitMs = 900_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(pauseMs);
  }
}

const THREE = ["PASSWORD", "API_KEY", "TOKEN"];

/** Secrets as YAML. Random values: what a compressor, a cache or a constant could help with is the same for both. */
export function manifests(count: number, namespace: string, keys: readonly string[] = THREE): string {
  return Array.from({ length: count }, (_, index) => {
    const values = keys.map((key) => `  ${key}: ${crypto.randomBytes(18).toString("base64url")}x`);
    return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: secret-${index}\n  namespace: ${namespace}\ntype: Opaque\nstringData:\n${values.join("\n")}\n`;
  }).join("---\n");
}

/** Both controllers on one API server. */
export class Bench {
  readonly #plane: ControlPlane;
  readonly #api: TestApi;
  readonly #directory: string;

  constructor(plane: ControlPlane, directory: string) {
    this.#plane = plane;
    this.#api = new TestApi(plane.server, plane.caFile, plane.adminToken);
    this.#directory = directory;
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  file(name: string): string {
    return path.join(this.#directory, name);
  }

  async #secretCount(namespace: string): Promise<number> {
    const page = await this.#api.get(`/api/v1/namespaces/${namespace}/secrets?limit=1`);
    const { remainingItemCount = 0 } = (page as unknown as { metadata: { remainingItemCount?: number } }).metadata;
    return (page?.items?.length ?? 0) + remainingItemCount;
  }

  /** From `kubectl create` to the last Secret present. */
  async measure(controller: ChildProcess, file: string, namespace: string, count: number): Promise<Run> {
    const cpu = cpuSeconds(controller);
    const started = performance.now();
    const kubectl = spawn(this.#plane.kubectlPath, ["--kubeconfig", this.#plane.kubeconfig, "create", "-f", file], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const status = await new Promise((resolve) => kubectl.once("exit", resolve));
    if (status !== 0) throw new Error("kubectl create failed");
    const created = performance.now();
    await until(`${count} Secrets`, async () => (await this.#secretCount(namespace)) >= count, 10);
    const done = performance.now();
    // What follows the last Secret, such as its status, is work too.
    await sleep(1_500);
    return { totalMs: done - started, lagMs: done - created, cpuSeconds: cpuSeconds(controller) - cpu };
  }

  /** program: the controller, of another build if it is given. */
  startLacre(program: string = CONTROLLER): ChildProcess {
    fs.writeFileSync(this.file("token"), this.#plane.serviceAccountToken("lacre-system", "lacre-controller"), {
      mode: 0o600,
    });
    const kubeconfig = this.#plane.writeKubeconfig("bench", "from-the-token-file");
    const args = [
      "--kubernetes",
      "--cluster",
      "bench",
      "--kubeconfig",
      kubeconfig,
      "--token-file",
      this.file("token"),
      "--listen",
      `127.0.0.1:${PORT}`,
    ];
    return spawn(process.execPath, [program, ...args, "--log-level", "warn"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }

  async lacreReady(): Promise<void> {
    await until("lacre is ready", () => isOk(`http://127.0.0.1:${PORT}/readyz`), 5, 120_000);
  }

  async sealForLacre(count: number, namespace: string, keys?: readonly string[]): Promise<string> {
    await until("the key list", () => isOk(`http://127.0.0.1:${PORT}/v1/keys`));
    fs.writeFileSync(this.file("bench.keys"), await (await fetch(`http://127.0.0.1:${PORT}/v1/keys`)).text());
    const env = { ...process.env, XDG_CONFIG_HOME: this.file("config"), XDG_CACHE_HOME: this.file("cache") };
    const sealed = spawnSync(process.execPath, [LACRE, "seal", "-r", this.file("bench.keys")], {
      input: manifests(count, namespace, keys),
      env,
      maxBuffer: 1 << 30,
    });
    if (sealed.status !== 0) throw new Error(String(sealed.stderr));
    fs.writeFileSync(this.file("sealed.yaml"), sealed.stdout);
    return this.file("sealed.yaml");
  }

  /** The peer reads the Pod's own mount: it is laid where it looks, and taken away again. */
  startPeer(program: string): ChildProcess {
    fs.mkdirSync(MOUNT, { recursive: true });
    fs.writeFileSync(`${MOUNT}/token`, this.#plane.adminToken, { mode: 0o600 });
    fs.copyFileSync(this.#plane.caFile, `${MOUNT}/ca.crt`);
    fs.writeFileSync(`${MOUNT}/namespace`, "peer-system");
    const args = [
      "--kubeclient-qps=-1",
      // Its endpoints answer twice a second otherwise.
      "--rate-limit=1000000",
      "--rate-limit-burst=1000000",
      `--listen-addr=127.0.0.1:${PEER_PORT}`,
      `--listen-metrics-addr=127.0.0.1:${PEER_PORT + 1}`,
    ];
    const env = {
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(this.#plane.port),
      POD_NAMESPACE: "peer-system",
      HOME: this.#directory,
    };
    const log = fs.openSync(this.file("peer.log"), "w");
    return spawn(program, args, { env, stdio: ["ignore", log, log] });
  }

  async sealForPeer(count: number, namespace: string, keys?: readonly string[]): Promise<string> {
    const tool = kubeseal();
    if (tool === undefined) throw new Error("kubeseal needs Go");
    await until("the peer's certificate", () => isOk(`http://127.0.0.1:${PEER_PORT}/v1/cert.pem`), 100);
    fs.writeFileSync(this.file("peer.pem"), await (await fetch(`http://127.0.0.1:${PEER_PORT}/v1/cert.pem`)).text());
    const sealed = spawnSync(tool, ["--cert", this.file("peer.pem"), "-o", "yaml"], {
      input: manifests(count, namespace, keys),
      maxBuffer: 1 << 30,
    });
    if (sealed.status !== 0) throw new Error(String(sealed.stderr));
    fs.writeFileSync(this.file("peer.yaml"), sealed.stdout);
    return this.file("peer.yaml");
  }

  namespace(name: string): string {
    this.#plane.mustKubectl(["create", "namespace", name]);
    return name;
  }

  /** Milliseconds from a hand edit to its being put right, the median of several. */
  async handEdits(namespace: string, count: number): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < EDITS; i++) {
      const at = `/api/v1/namespaces/${namespace}/secrets/secret-${Math.floor((i * count) / EDITS)}`;
      const before = (await this.#api.get(at))?.data?.["TOKEN"];
      const started = performance.now();
      await this.#api.request("PATCH", at, { data: { TOKEN: "eA==" } }, "application/merge-patch+json");
      await until(
        "the edit is put right",
        async () => (await this.#api.get(at))?.data?.["TOKEN"] === before,
        1,
        30_000,
      );
      times.push(performance.now() - started);
    }
    return times.sort((a, b) => a - b)[Math.floor(EDITS / 2)] as number;
  }

  /** Requests of a controller process that change something, its lease apart. */
  writesOf({ pid }: ChildProcess): number {
    const changing = new Set(["create", "update", "patch", "delete"]);
    return this.#plane
      .audit()
      .filter(
        ({ verb, userAgent, objectRef }) =>
          changing.has(verb) && userAgent?.includes(`_${pid}_`) && objectRef?.resource !== "leases",
      ).length;
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** Ends a process and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function benchPeer(bench: Bench): Promise<ReadonlyMap<number, Run>> {
  const runs = new Map<number, Run>();
  const program = sealedSecretsController();
  if (program === undefined || fs.existsSync(MOUNT)) return runs;
  const peer = bench.startPeer(program);
  try {
    for (const count of COUNTS) {
      const namespace = bench.namespace(`peer-${count}`);
      const file = await bench.sealForPeer(count, namespace);
      runs.set(count, await bench.measure(peer, file, namespace, count));
    }
  } finally {
    await end(peer);
    fs.rmSync(MOUNT, { recursive: true });
  }
  return runs;
}

async function benchLacre(bench: Bench, peers: ReadonlyMap<number, Run>): Promise<void> {
  let controller = bench.startLacre();
  try {
    await bench.lacreReady();
    for (const count of COUNTS) {
      const namespace = bench.namespace(`lacre-${count}`);
      const file = await bench.sealForLacre(count, namespace);
      const run = await bench.measure(controller, file, namespace, count);
      report(count, run, peers.get(count));
    }
    const most = COUNTS.at(-1) as number;
    const edit = await bench.handEdits(`lacre-${most}`, most);
    row(`a hand edit put right, ${COUNTS.reduce((a, b) => a + b)} objects`, ms(edit), "", "median", "under 1 s");
    await end(controller);
    const started = performance.now();
    controller = bench.startLacre();
    await bench.lacreReady();
    const readyMs = performance.now() - started;
    await sleep(5_000);
    row(`restart with ${COUNTS.reduce((a, b) => a + b)} objects: ready`, ms(readyMs), "", "", "under 15 s");
    row("restart: writes to the API server", String(bench.writesOf(controller)), "", "", "0");
    row("restart: peak memory", `${peakMiB(controller).toFixed(0)} MiB`, "", "", "under 400 MB");
  } finally {
    await end(controller);
  }
}

function report(count: number, run: Run, peer: Run | undefined): void {
  const name = `${count.toLocaleString("en")} SealedSecrets of 3 values`;
  const theirs = (text: string) =>
    peer === undefined ? "the peer was not measured" : `sealed-secrets v0.40.0: ${text}`;
  const compare = (a: number, b: number | undefined) => (b === undefined ? "" : ratio(a / b));
  const goal = count === 1_000;
  row(
    `${name}: create to last Secret`,
    ms(run.totalMs),
    theirs(ms(peer?.totalMs ?? 0)),
    compare(run.totalMs, peer?.totalMs),
    "reported",
  );
  row(
    `${name}: after creation ended`,
    ms(run.lagMs),
    theirs(ms(peer?.lagMs ?? 0)),
    compare(run.lagMs, peer?.lagMs),
    goal ? "at most 0.25" : "reported",
  );
  row(
    `${name}: CPU of the controller`,
    `${run.cpuSeconds.toFixed(2)} s`,
    theirs(`${(peer?.cpuSeconds ?? 0).toFixed(2)} s`),
    compare(run.cpuSeconds, peer?.cpuSeconds),
    goal ? "at most 0.2" : "reported",
  );
}

/** A control plane with lacre's CRD and RBAC, for the time of some work. */
export async function onControlPlane(
  directory: string,
  work: (plane: ControlPlane, bench: Bench) => Promise<void>,
): Promise<void> {
  const assets = kubernetesAssets();
  if (assets === undefined) throw new Error(HOW_TO_GET_ONE);
  const plane = await ControlPlane.start(assets);
  const bench = new Bench(plane, directory);
  try {
    plane.mustKubectl(["apply", "--server-side", "-k", path.join(ROOT, "deploy/profiles/cluster")]);
    await work(plane, bench);
  } finally {
    await bench.close();
    await plane.stop();
  }
}

/** Runs it. The peer goes first, and is ended before ours starts. */
export function benchKubernetes(directory: string): Promise<void> {
  return onControlPlane(directory, async (plane, bench) => {
    plane.mustKubectl(["create", "namespace", "peer-system"]);
    const crd = sealedSecretsCrd();
    if (crd !== undefined) plane.mustKubectl(["apply", "--server-side", "-f", crd]);
    await benchLacre(bench, await benchPeer(bench));
  });
}
