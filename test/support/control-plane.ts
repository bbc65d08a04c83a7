/** A real etcd, kube-apiserver and kube-controller-manager on this machine, without containers, on random ports. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";

const READY_MS = 60_000;

/** What a control plane may be started with. */
export type ControlPlaneOptions = {
  /** Further flags of kube-apiserver. */
  readonly apiServer?: readonly string[];
  readonly auditLevel?: "Metadata" | "RequestResponse";
};

/** One line of the audit log. */
export type AuditEvent = {
  readonly verb: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
  readonly stageTimestamp: string;
};

/** How kubectl ended. */
export type KubectlRan = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** A free port. Two callers at once never get the same, as each holds its own until both are known. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve, reject) => {
          const server = net.createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A control plane of one's own. Only processes that it started are ever ended. */
export class ControlPlane {
  readonly directory: string;
  readonly adminToken: string = crypto.randomBytes(16).toString("hex");
  readonly #assets: string;
  readonly #options: ControlPlaneOptions;
  readonly #processes = new Map<string, ChildProcess>();
  #etcdPort = 0;
  #etcdPeerPort = 0;
  #port = 0;

  private constructor(assets: string, options: ControlPlaneOptions) {
    this.directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-control-plane-")));
    this.#assets = assets;
    this.#options = options;
  }

  /** Starts all three and waits until the API server and the garbage collector are ready. */
  static async start(assets: string, options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const plane = new ControlPlane(assets, options);
    try {
      await plane.#start();
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  get server(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get etcdEndpoint(): string {
    return `http://127.0.0.1:${this.#etcdPort}`;
  }

  get caFile(): string {
    return this.file("apiserver/apiserver.crt");
  }

  get auditFile(): string {
    return this.file("audit.log");
  }

  get kubeconfig(): string {
    return this.file("admin.kubeconfig");
  }

  get kubectlPath(): string {
    return path.join(this.#assets, "kubectl");
  }

  file(name: string): string {
    return path.join(this.directory, name);
  }

  /** A kubeconfig for a token; its path. */
  writeKubeconfig(name: string, token: string, namespace = "default"): string {
    const file = this.file(`${name}.kubeconfig`);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server: this.server, "certificate-authority": this.caFile } }],
      users: [{ name, user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: name, namespace } }],
      "current-context": "test",
    };
    fs.writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  /** Runs kubectl as the administrator, or with another kubeconfig. Never throws: look at the status. */
  kubectl(
    args: readonly string[],
    options: { readonly input?: string; readonly kubeconfig?: string } = {},
  ): KubectlRan {
    const ran = spawnSync(this.kubectlPath, ["--kubeconfig", options.kubeconfig ?? this.kubeconfig, ...args], {
      input: options.input ?? "",
      encoding: "utf8",
      maxBuffer: 1 << 29,
      env: { PATH: process.env["PATH"] ?? "", HOME: this.directory },
    });
    if (ran.error) throw ran.error;
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  /** kubectl that must succeed; its standard output. */
  mustKubectl(args: readonly string[], input?: string): string {
    const ran = this.kubectl(args, input === undefined ? {} : { input });
    if (ran.status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** A short-lived token of a ServiceAccount, as a Pod gets it mounted. */
  serviceAccountToken(namespace: string, name: string, duration = "8h"): string {
    return this.mustKubectl(["-n", namespace, "create", "token", name, "--duration", duration]).trim();
  }

  /** Every complete event of the audit log. */
  audit(): readonly AuditEvent[] {
    return fs
      .readFileSync(this.auditFile, "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as AuditEvent);
  }

  pid(program: "etcd" | "kube-apiserver" | "kube-controller-manager"): number {
    const { pid } = this.#processes.get(program) ?? {};
    if (pid === undefined) throw new Error(`${program} does not run`);
    return pid;
  }

  /** Asks etcd's own HTTP gateway. */
  askEtcd(page: string, body: object): Record<string, unknown> {
    const ran = spawnSync("curl", ["-sS", "-X", "POST", `${this.etcdEndpoint}${page}`, "-d", JSON.stringify(body)], {
      encoding: "utf8",
      maxBuffer: 1 << 29,
    });
    if (ran.status !== 0) throw new Error(`etcd cannot be asked: ${ran.stderr}`);
    return JSON.parse(ran.stdout) as Record<string, unknown>;
  }

  /** Takes all history away from etcd. */
  compactEtcd(): void {
    const { header } = this.askEtcd("/v3/kv/range", { key: "AA==", limit: 1 }) as { header: { revision: string } };
    this.askEtcd("/v3/kv/compaction", { revision: header.revision, physical: true });
  }

  /** Sends a signal to the API server, such as SIGSTOP. */
  signalApiServer(signal: NodeJS.Signals): void {
    process.kill(this.pid("kube-apiserver"), signal);
  }

  /** Ends the API server and starts it again on the same port and data, with further flags until the next time. */
  async restartApiServer(flags: readonly string[] = []): Promise<void> {
    await this.#end("kube-apiserver");
    this.#startApiServer(flags);
    await this.#waitUntilReady();
  }

  async stop(): Promise<void> {
    for (const name of ["kube-controller-manager", "kube-apiserver", "etcd"]) await this.#end(name);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    [this.#etcdPort = 0, this.#etcdPeerPort = 0, this.#port = 0] = await freePorts(3);
    this.#writeInputs();
    const peer = `http://127.0.0.1:${this.#etcdPeerPort}`;
    this.#spawn("etcd", [
      `--data-dir=${this.file("etcd")}`,
      "--unsafe-no-fsync",
      "--log-level=error",
      "--quota-backend-bytes=8589934592",
      `--listen-client-urls=${this.etcdEndpoint}`,
      `--advertise-client-urls=${this.etcdEndpoint}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ]);
    this.#startApiServer();
    await this.#waitUntilReady();
    this.writeKubeconfig("admin", this.adminToken);
    this.#spawn("kube-controller-manager", [
      `--kubeconfig=${this.kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      `--service-account-private-key-file=${this.file("service-account.key")}`,
      `--root-ca-file=${this.caFile}`,
      "--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller",
    ]);
  }

  #writeInputs(): void {
    fs.mkdirSync(this.file("apiserver"));
    const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    fs.writeFileSync(this.file("service-account.key"), privateKey.export({ format: "pem", type: "pkcs1" }), {
      mode: 0o600,
    });
    fs.writeFileSync(this.file("service-account.pub"), publicKey.export({ format: "pem", type: "spki" }));
    fs.writeFileSync(this.file("tokens.csv"), `${this.adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 });
    const { auditLevel = "Metadata" } = this.#options;
    const policy = {
      apiVersion: "audit.k8s.io/v1",
      kind: "Policy",
      omitStages: ["RequestReceived", "ResponseStarted"],
      rules: [{ level: auditLevel }],
    };
    fs.writeFileSync(this.file("audit-policy.json"), JSON.stringify(policy));
  }

  #startApiServer(flags: readonly string[] = []): void {
    this.#spawn("kube-apiserver", [
      `--etcd-servers=${this.etcdEndpoint}`,
      `--cert-dir=${this.file("apiserver")}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${this.#port}`,
      "--authorization-mode=RBAC",
      `--token-auth-file=${this.file("tokens.csv")}`,
      `--service-account-key-file=${this.file("service-account.pub")}`,
      `--service-account-signing-key-file=${this.file("service-account.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--disable-admission-plugins=ServiceAccount",
      "--max-requests-inflight=1000",
      "--max-mutating-requests-inflight=1000",
      `--audit-policy-file=${this.file("audit-policy.json")}`,
      `--audit-log-path=${this.auditFile}`,
      "--audit-log-maxsize=4000",
      ...(this.#options.apiServer ?? []),
      ...flags,
    ]);
  }

  #spawn(name: string, args: readonly string[]): void {
    const log = fs.openSync(this.file(`${name}.log`), "a");
    const child = spawn(path.join(this.#assets, name), [...args], { stdio: ["ignore", log, log] });
    fs.closeSync(log);
    this.#processes.set(name, child);
  }

  async #end(name: string): Promise<void> {
    const child = this.#processes.get(name);
    this.#processes.delete(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    // A stopped process ends only by SIGKILL, and nothing here needs an orderly end.
    child.kill("SIGKILL");
    await ended;
  }

  async #waitUntilReady(): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (Date.now() < deadline) {
      if (this.#processes.get("kube-apiserver")?.exitCode != null) break;
      if (fs.existsSync(this.caFile) && (await this.#isReady())) return;
      await sleep(100);
    }
    const log = fs.readFileSync(this.file("kube-apiserver.log"), "utf8").split("\n").slice(-15).join("\n");
    throw new Error(`the API server did not become ready:\n${log}`);
  }

  #isReady(): Promise<boolean> {
    const options = { ca: fs.readFileSync(this.caFile), headers: { authorization: `Bearer ${this.adminToken}` } };
    return new Promise((resolve) => {
      const request = https.get(`${this.server}/readyz`, { ...options, agent: false, timeout: 2_000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.once("timeout", () => request.destroy());
      request.once("error", () => resolve(false));
    });
  }
}
