/** How to reach the API server: the Pod's own ServiceAccount, or a kubeconfig. Credentials are read again when they change. */
import * as fs from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import { LacreError } from "../../src/index.ts";
import { ApiError } from "./api-error.ts";

/** Where the credentials come from. tokenFile replaces the token of the kubeconfig, and is read again when it changes. */
export type AccessOptions = {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly tokenFile: string | undefined;
};

const IN_CLUSTER_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
// Looked for no more often than this; a refused token is read again at once.
const LOOK_MS = 1_000;
// Exec plugins and providers know themselves when they are stale; asking them is cheap, but not for every request.
const REFRESH_MS = 30_000;

/** What the library sets on a request: its headers, and the dispatcher that holds the TLS material. */
class Captured {
  readonly headers: Record<string, string> = {};
  dispatcher: Dispatcher | undefined;

  setHeaderParam(name: string, value: string): void {
    this.headers[name.toLowerCase()] = value;
  }

  setDispatcher(dispatcher: Dispatcher): void {
    this.dispatcher = dispatcher;
  }
}

function loadConfig({ kubeconfig, context }: AccessOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== undefined) {
    try {
      config.loadFromFile(kubeconfig);
    } catch (cause) {
      throw new LacreError("INPUT_UNREADABLE", `the kubeconfig ${kubeconfig} cannot be read`, {
        hint: "check its path and that it is a valid kubeconfig",
        cause,
      });
    }
    if (context !== undefined) {
      if (config.getContextObject(context) === null) {
        const known = config.getContexts().map(({ name }) => name);
        throw new LacreError("USAGE", `the kubeconfig has no context ${context}`, {
          hint: `it has: ${known.join(", ")}`,
        });
      }
      config.setCurrentContext(context);
    }
    return config;
  }
  if (!process.env["KUBERNETES_SERVICE_HOST"] || !process.env["KUBERNETES_SERVICE_PORT"]) {
    throw new LacreError("USAGE", "this is not a Pod, and no kubeconfig is named", {
      hint: "outside of a cluster: --kubeconfig FILE",
    });
  }
  config.loadFromCluster();
  return config;
}

/**
 * One API server and the right to use it. The library makes a new dispatcher, and so a new TLS connection, for each request;
 * here the first one stays until a credential is refused.
 */
export class Access {
  readonly #options: AccessOptions;
  #config: KubeConfig;
  #dispatcher: Dispatcher | undefined;
  #headers: Readonly<Record<string, string>> | undefined;
  #readMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #tokenStamp = "";

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#config = loadConfig(options);
    if (this.#config.getCurrentCluster() === null) {
      throw new LacreError("USAGE", "the kubeconfig names no cluster to use", { hint: "set one: --context NAME" });
    }
  }

  /** The address, such as https://10.0.0.1:443. */
  get server(): string {
    return (this.#config.getCurrentCluster()?.server ?? "").replace(/\/$/, "");
  }

  get dispatcher(): Dispatcher | undefined {
    return this.#dispatcher;
  }

  /** The headers that authenticate a request. */
  async headers(): Promise<Readonly<Record<string, string>>> {
    if (this.#headers !== undefined && this.#isFresh()) return this.#headers;
    const captured = new Captured();
    await this.#config.applySecurityAuthentication(
      captured as unknown as Parameters<KubeConfig["applySecurityAuthentication"]>[0],
    );
    this.#dispatcher ??= captured.dispatcher;
    this.#tokenStamp = this.#stamp();
    const token = this.#readToken();
    this.#headers = token === undefined ? captured.headers : { ...captured.headers, authorization: `Bearer ${token}` };
    this.#readMs = performance.now();
    return this.#headers;
  }

  #isFresh(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#readMs >= REFRESH_MS) return false;
    if (nowMs - this.#lookedMs < LOOK_MS) return true;
    this.#lookedMs = nowMs;
    return this.#stamp() === this.#tokenStamp;
  }

  /** Called when the server refused the credentials: everything is read anew for the next request. */
  refused(): void {
    this.#config = loadConfig(this.#options);
    this.#headers = undefined;
    this.#dispatcher = undefined;
  }

  #tokenFile(): string | undefined {
    return this.#options.tokenFile ?? (this.#options.kubeconfig === undefined ? IN_CLUSTER_TOKEN : undefined);
  }

  /** A mounted token is replaced by a link that points elsewhere: the inode behind it tells. */
  #stamp(): string {
    const file = this.#tokenFile();
    const stat = file === undefined ? undefined : fs.statSync(file, { throwIfNoEntry: false });
    return stat === undefined ? "" : `${stat.ino}.${stat.mtimeMs}`;
  }

  #readToken(): string | undefined {
    const file = this.#tokenFile();
    if (file === undefined) return undefined;
    try {
      return fs.readFileSync(file, "utf8").trim();
    } catch {
      // Mounted tokens are replaced: the next try may find it.
      throw new ApiError("unauthorized", 0);
    }
  }
}
