/** How to reach the API server: the Pod's own ServiceAccount, or a kubeconfig. Credentials are read again when they change. */
import * as fs from "node:fs";
import type * as https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { Agent, type Dispatcher } from "undici";
import { LacreError } from "../../src/errors.ts";
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
/** As client-go: before load balancers drop a connection that nothing is sent on. */
const KEEP_ALIVE_MS = 30_000;

/** The header that the library sets, and basic authentication, which it leaves to Node. */
function authorizationOf({ headers, auth }: https.RequestOptions): string | undefined {
  const set = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  if (set !== undefined) return String(set);
  return auth ? `Basic ${Buffer.from(auth).toString("base64")}` : undefined;
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
 * here one stays until a credential is refused.
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
    const options: https.RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    this.#dispatcher ??= await this.#connect(options);
    this.#tokenStamp = this.#stamp();
    const token = this.#readToken();
    const authorization = token === undefined ? authorizationOf(options) : `Bearer ${token}`;
    this.#headers = authorization === undefined ? {} : { authorization };
    this.#readMs = performance.now();
    return this.#headers;
  }

  /**
   * Connections that stay open. HTTP/1.1: a request is on the wire when it was sent, and not when a session gets around to
   * it, so that the fence is asked at the last moment (docs/adr/0023-kubernetes-client.md).
   */
  async #connect(options: https.RequestOptions): Promise<Dispatcher> {
    if (this.#config.getCurrentCluster()?.proxyUrl !== undefined) return this.#connectByProxy();
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    const given = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    const tls = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    return new Agent({ allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS, connect });
  }

  /** Proxies are the library's affair: it hands out a dispatcher with a request. */
  async #connectByProxy(): Promise<Dispatcher> {
    let dispatcher: Dispatcher | undefined;
    const request = {
      setHeaderParam: () => undefined,
      setDispatcher: (made: Dispatcher) => {
        dispatcher = made;
      },
    };
    await this.#config.applySecurityAuthentication(
      request as unknown as Parameters<KubeConfig["applySecurityAuthentication"]>[0],
    );
    return dispatcher ?? new Agent();
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
