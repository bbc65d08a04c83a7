/** /healthz, /readyz, /metrics and the public keys, on loopback by default. Nothing here can reach a private key. */
import * as http from "node:http";
import { LacreError } from "../../src/errors.ts";

/** Where to listen. */
export type ListenConfig = { readonly host: string; readonly port: number };

/** What the endpoints ask. */
export type Probes = {
  readonly isReady: () => boolean;
  readonly metrics: () => Promise<string>;
  /** The signed public key list, where there is one. */
  readonly keys?: () => string | undefined;
};

const PLAIN = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
const TEXT = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };

async function answer(request: http.IncomingMessage, response: http.ServerResponse, probes: Probes): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  switch (request.url?.split("?")[0]) {
    case "/healthz":
      response.writeHead(200, TEXT).end("ok\n");
      return;
    case "/readyz":
      response.writeHead(probes.isReady() ? 200 : 503, TEXT).end(probes.isReady() ? "ready\n" : "not ready\n");
      return;
    case "/metrics": {
      // First: once a status is written, no other one can be.
      const metrics = await probes.metrics();
      response.writeHead(200, TEXT).end(metrics);
      return;
    }
    case "/v1/keys": {
      const keys = probes.keys?.();
      response.writeHead(keys === undefined ? 404 : 200, PLAIN).end(keys ?? "there is no key list\n");
      return;
    }
    default:
      response.writeHead(404, TEXT).end("not found\n");
  }
}

/** Starts listening. TARGET_FAILED with the port when somebody else has it. */
export function serve({ host, port }: ListenConfig, probes: Probes): Promise<http.Server> {
  const server = http.createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(request, response, probes).catch(() => response.writeHead(500).end());
    },
  );
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const hint = "choose another with --listen HOST:PORT, or none with --listen off";
      reject(new LacreError("USAGE", `cannot listen on ${host}:${port}`, { hint, cause }));
    });
    server.listen(port, host, () => resolve(server));
  });
}
