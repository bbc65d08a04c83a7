/** One controller with namespaces of its own on the shared control plane: run as a process with its own ServiceAccount's token. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { inject } from "vitest";
import { portableEngine as engine } from "../../src/crypto/engine-portable.ts";
import { factsOfKey, type HeldKey, keySecret, proveKey, readKeySecret } from "../../src/keys/index.ts";
import { type Answer, TestApi, type Thing } from "./kube-api.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const LACRE = path.join(ROOT, "dist/cli/main.cjs");
const CONTROLLER = path.join(ROOT, "dist/controller/main.js");
const WAIT_MS = 30_000;

/** How a controller of a test is started. */
export type ClusterOptions = {
  /** false: the controller is started without --cluster. */
  readonly isNamed?: boolean;
  /** What its namespaces end in; random if it is not given. */
  readonly id?: string;
  /** Namespaces besides `shop`. */
  readonly namespaces?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another control plane than the shared one. */
  readonly plane?: { readonly server: string; readonly directory: string; readonly token: string };
};

/** A running controller process and everything it said. */
export class ControllerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  log = "";

  constructor(args: readonly string[], port: number, env: Readonly<Record<string, string>>) {
    this.port = port;
    this.child = spawn(process.execPath, [CONTROLLER, "--kubernetes", ...args, "--listen", `127.0.0.1:${port}`], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.log += chunk.toString("utf8");
      });
    }
  }

  /** The log's lines as objects. */
  get lines(): readonly Record<string, unknown>[] {
    return this.log
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async http(page: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}${page}`);
      return { status: answer.status, text: await answer.text() };
    } catch {
      return { status: 0, text: "" };
    }
  }

  async ready(): Promise<void> {
    await until("the controller is ready", async () => {
      if (this.child.exitCode !== null) throw new Error(`the controller ended: ${this.log}`);
      return (await this.http("/readyz")).status === 200;
    });
  }

  /** One metric's value; undefined where the series is not there. */
  async metric(series: string): Promise<number | undefined> {
    const line = (await this.http("/metrics")).text.split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode;
  }
}

/** Waits until something is so; the error says what was waited for. */
export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  waitMs: number = WAIT_MS,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not in ${waitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// Below the ports that the system hands out by itself; apart for each process of the test run.
let nextPort = 10_000 + ((process.pid * 31) % 2_200) * 10;

/** A condition of an object. */
type Condition = NonNullable<NonNullable<Thing["status"]>["conditions"]>[number];

/** A Kubernetes Event. */
type EventThing = {
  readonly reason: string;
  readonly type: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly uid: string };
};

/** How a command ended. */
export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A controller, its namespaces, and what a developer needs to seal for it. */
export class TestCluster {
  readonly id: string;
  readonly directory: string = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-cluster-"));
  readonly server: string;
  readonly caFile: string;
  readonly admin: TestApi;
  readonly keyNamespace: string;
  readonly #options: ClusterOptions;
  readonly #assets: string;
  readonly #controllers: ControllerProcess[] = [];
  readonly #adminKubeconfig: string;

  private constructor(options: ClusterOptions) {
    const plane = options.plane ?? inject("plane");
    const assets = inject("assets");
    if (plane === undefined || assets === undefined) throw new Error("there is no control plane");
    this.#options = options;
    this.#assets = assets;
    this.id = options.id ?? randomBytes(3).toString("hex");
    this.keyNamespace = `lacre-${this.id}`;
    this.server = plane.server;
    this.caFile = path.join(plane.directory, "apiserver/apiserver.crt");
    this.admin = new TestApi(this.server, this.caFile, plane.token);
    this.#adminKubeconfig = this.writeKubeconfig("admin", plane.token);
  }

  /** Namespaces, ServiceAccount, RBAC of the profile for listed namespaces, and a controller that is ready. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(options);
    await cluster.prepare();
    await cluster.startController();
    return cluster;
  }

  /** Everything but the controller. */
  static async prepared(options: ClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(options);
    await cluster.prepare();
    return cluster;
  }

  /** The name that a namespace has in this cluster's share of the control plane. */
  namespace(name = "shop"): string {
    return `${name}-${this.id}`;
  }

  get namespaces(): readonly string[] {
    return ["shop", ...(this.#options.namespaces ?? [])].map((name) => this.namespace(name));
  }

  get controller(): ControllerProcess {
    return this.#controllers.at(-1) as ControllerProcess;
  }

  file(name: string): string {
    return path.join(this.directory, name);
  }

  writeKubeconfig(user: string, token: string): string {
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server: this.server, "certificate-authority": this.caFile } }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user } }],
      "current-context": "test",
    };
    fs.writeFileSync(this.file(`${user}.kubeconfig`), JSON.stringify(config), { mode: 0o600 });
    return this.file(`${user}.kubeconfig`);
  }

  kubectl(args: readonly string[], input?: string): Ran {
    const program = path.join(this.#assets, "kubectl");
    const env = { PATH: process.env["PATH"] ?? "", HOME: this.directory };
    const ran = spawnSync(program, ["--kubeconfig", this.#adminKubeconfig, ...args], {
      input: input ?? "",
      encoding: "utf8",
      env,
      maxBuffer: 1 << 28,
    });
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  async create(thing: object, listPath: string): Promise<Answer<Thing>> {
    return this.admin.request("POST", listPath, thing);
  }

  async prepare(): Promise<void> {
    const base = fs.readFileSync(path.join(ROOT, "deploy/base/rbac-own-namespace.yaml"), "utf8");
    const account = fs.readFileSync(path.join(ROOT, "deploy/base/service-account.yaml"), "utf8");
    const binding = fs.readFileSync(path.join(ROOT, "deploy/profiles/namespaces/binding.yaml"), "utf8");
    const manifests = [
      ...[this.keyNamespace, ...this.namespaces].map(
        (name) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n`,
      ),
      account,
      base,
      ...this.namespaces.map((name) => binding.replace("namespace: shop", `namespace: ${name}`)),
    ].map((text) => text.replaceAll("lacre-system", this.keyNamespace));
    const applied = this.kubectl(["apply", "-f", "-"], manifests.join("\n---\n"));
    if (applied.status !== 0) throw new Error(applied.stderr);
    this.renewToken();
    this.writeKubeconfig("controller", "unused");
  }

  /** A new token of the controller's ServiceAccount in its file, as the kubelet mounts one. */
  renewToken(): void {
    const made = this.kubectl(["-n", this.keyNamespace, "create", "token", "lacre-controller", "--duration", "8h"]);
    if (made.status !== 0) throw new Error(made.stderr);
    fs.writeFileSync(this.file("token.new"), made.stdout.trim(), { mode: 0o600 });
    fs.renameSync(this.file("token.new"), this.file("token"));
  }

  /** Starts a further controller. */
  launch(args: readonly string[] = []): ControllerProcess {
    const all = [
      ...this.namespaces.flatMap((name) => ["--namespace", name]),
      "--key-namespace",
      this.keyNamespace,
      ...(this.#options.isNamed === false ? [] : ["--cluster", `test-${this.id}`]),
      "--kubeconfig",
      this.file("controller.kubeconfig"),
      "--token-file",
      this.file("token"),
      ...(this.#options.args ?? []),
      ...args,
    ];
    const started = new ControllerProcess(all, nextPort++, this.#options.env ?? {});
    this.#controllers.push(started);
    return started;
  }

  async startController(args: readonly string[] = []): Promise<ControllerProcess> {
    const started = this.launch(args);
    await started.ready();
    await until("the key list is published", async () => (await started.http("/v1/keys")).status === 200);
    this.writePublicKey((await started.http("/v1/keys")).text);
    return started;
  }

  writePublicKey(list: string): void {
    const active = list.split("\n").find((line) => line.startsWith("key: active"));
    fs.writeFileSync(this.file("cluster.pub"), `${active?.split(" ").at(-1) ?? ""}\n`);
  }

  /** Runs the built `lacre`. */
  lacre(args: readonly string[], input: string | Uint8Array = "", env: Readonly<Record<string, string>> = {}): Ran {
    const ran = spawnSync(process.execPath, [LACRE, ...args], {
      cwd: this.directory,
      input,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: this.directory, ...env },
      maxBuffer: 1 << 28,
    });
    return {
      status: ran.status,
      stdout: ran.stdout,
      stderr: ran.stderr.replace(/^note: a bare public key: [^\n]*\n/m, "").replace(/^sealing for [^\n]*\n/m, ""),
    };
  }

  /** Key Secrets as the cluster's own identity would prove them: what only who may read the identity can do. */
  async proven(key: HeldKey): Promise<ReturnType<typeof keySecret>> {
    const identity = await this.secret("lacre-identity", this.keyNamespace);
    const seed = new Uint8Array(Buffer.from(identity?.data?.["key"] ?? "", "base64"));
    return keySecret(this.keyNamespace, key, proveKey(engine, factsOfKey(key), 1, seed));
  }

  /** Makes every key older, so that further ones may be made within the hour. */
  async letKeysAge(): Promise<void> {
    const path_ = this.secretPath("", this.keyNamespace);
    const all = await this.admin.get(`${path_}?labelSelector=lacre.dev/sealing-key`);
    for (const secret of all?.items ?? []) {
      const read = readKeySecret(engine, secret as Parameters<typeof readKeySecret>[1]);
      if (!read.ok) throw new Error(read.problem);
      const { metadata } = await this.proven({ ...read.key, notBefore: "2026-01-01T00:00:00Z" });
      await this.admin.request(
        "PATCH",
        this.secretPath(secret.metadata.name, this.keyNamespace),
        { metadata: { annotations: metadata.annotations } },
        "application/merge-patch+json",
      );
    }
  }

  /** A user with the right to act on keys as deploy/ grants it, and no other; the kubeconfig. */
  keyOperator(): string {
    const account = `${this.keyNamespace}:operator`;
    this.kubectl(["create", "serviceaccount", "operator", "-n", this.keyNamespace]);
    const role = ["--role=lacre-key-operator", `--serviceaccount=${account}`];
    this.kubectl(["create", "rolebinding", "operator", "-n", this.keyNamespace, ...role]);
    const token = this.kubectl(["-n", this.keyNamespace, "create", "token", "operator"]).stdout.trim();
    return this.writeKubeconfig("operator", token);
  }

  /** Runs the reseal of deploy/jobs/reseal.yaml as its Job would: with the controller's own rights. */
  reseal(args: readonly string[] = []): Ran {
    const all = [
      ...this.namespaces.flatMap((name) => ["--namespace", name]),
      ...["--key-namespace", this.keyNamespace, "--kubeconfig", this.file("controller.kubeconfig")],
      ...["--token-file", this.file("token")],
    ];
    const env = { PATH: process.env["PATH"] ?? "" };
    const options = { encoding: "utf8", env, maxBuffer: 1 << 28 } as const;
    const ran = spawnSync(process.execPath, [CONTROLLER, "reseal", ...all, ...args], options);
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** A SealedSecret as an object, made by the built `lacre`. */
  seal(
    name: string,
    values: Readonly<Record<string, string>>,
    options: { readonly namespace?: string; readonly args?: readonly string[]; readonly key?: string } = {},
  ): Thing & { spec: { entries: Record<string, { sealed: string }> } & Record<string, unknown> } {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: options.namespace ?? this.namespace() },
      stringData: values,
    };
    const sealed = this.lacre(
      ["seal", "-r", options.key ?? this.file("cluster.pub"), "--no-cache", ...(options.args ?? [])],
      JSON.stringify(secret),
    );
    if (sealed.status !== 0) throw new Error(sealed.stderr);
    return JSON.parse(sealed.stdout);
  }

  sealedPath(name = "", namespace: string = this.namespace()): string {
    return `/apis/lacre.dev/v1alpha1/namespaces/${namespace}/sealedsecrets${name === "" ? "" : `/${name}`}`;
  }

  secretPath(name = "", namespace: string = this.namespace()): string {
    return `/api/v1/namespaces/${namespace}/secrets${name === "" ? "" : `/${name}`}`;
  }

  /** Creates a SealedSecret, or replaces its spec. */
  async apply(sealed: Thing): Promise<Thing> {
    const { name, namespace = this.namespace() } = sealed.metadata;
    const path_ = `${this.sealedPath(name, namespace)}?fieldManager=kubectl&force=true`;
    const answer = await this.admin.request("PATCH", path_, sealed, "application/apply-patch+yaml");
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body.message}`);
    return answer.body;
  }

  secret(name: string, namespace?: string): Promise<Thing | undefined> {
    return this.admin.get(this.secretPath(name, namespace));
  }

  /** The values of a Secret as text; undefined where it is not there. */
  async values(name: string, namespace?: string): Promise<Record<string, string> | undefined> {
    const secret = await this.secret(name, namespace);
    if (secret === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
  }

  async untilValues(name: string, values: Readonly<Record<string, string>>, namespace?: string): Promise<void> {
    const wanted = JSON.stringify(Object.entries(values).sort());
    await until(`Secret ${name} has its values`, async () => {
      const now = await this.values(name, namespace);
      return now !== undefined && JSON.stringify(Object.entries(now).sort()) === wanted;
    });
  }

  async condition(name: string, type = "Ready", namespace?: string): Promise<Condition | undefined> {
    const object = await this.admin.get(this.sealedPath(name, namespace));
    return object?.status?.conditions?.find((condition) => condition.type === type);
  }

  /** Waits for a reason of the Ready condition, for the current generation; the object. */
  async untilReason(name: string, reason: string, namespace?: string): Promise<Thing> {
    let last: Thing | undefined;
    try {
      await until(`${name} is ${reason}`, async () => {
        last = await this.admin.get(this.sealedPath(name, namespace));
        const ready = last?.status?.conditions?.find(({ type }) => type === "Ready");
        return ready?.reason === reason && last?.status?.observedGeneration === last?.metadata.generation;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last?.status?.conditions)}`);
    }
    return last as Thing;
  }

  async events(name: string, namespace: string = this.namespace()): Promise<readonly EventThing[]> {
    const list = await this.admin.get(
      `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=${name}`,
    );
    return (list?.items ?? []) as unknown as EventThing[];
  }

  async stop(): Promise<void> {
    for (const controller of this.#controllers)
      await controller.end(controller.child.exitCode === null ? "SIGKILL" : "SIGTERM");
    await this.admin.close();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
