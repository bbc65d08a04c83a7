/** A registry of npm packages for a test: it answers for one package, and remembers what it was asked. */
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that runs. `asked` holds the paths of all requests. */
export type Registry = { readonly url: string; readonly asked: string[]; readonly close: () => Promise<void> };

/** Serves a tarball as name@version, with the hash that belongs to it, whatever it is. */
export async function startRegistry(name: string, version: string, tarball: Uint8Array): Promise<Registry> {
  const asked: string[] = [];
  const integrity = sriOf(tarball);
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.endsWith(".tgz") === true) return response.end(tarball);
    if (request.url !== `/${name}`) return response.writeHead(404).end("{}");
    const dist = { tarball: `${urlOf(server)}${name}/-/${name}-${version}.tgz`, integrity };
    response.setHeader("content-type", "application/json");
    const versions = { [version]: { name, version, dist } };
    return response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: urlOf(server),
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function urlOf(server: http.Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The hash that npm and the steps of `lacre init --ci` compare. */
export function sriOf(tarball: Uint8Array): string {
  return `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
}
