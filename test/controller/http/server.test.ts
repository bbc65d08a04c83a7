/** What the controller answers over HTTP, and to whom it says nothing. */
import type * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Probes, serve } from "../../../controller/http/server.ts";

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a server, and asks it. */
async function started(probes: Partial<Probes> = {}) {
  const server = await serve(
    { host: "127.0.0.1", port: 0 },
    { isReady: () => true, metrics: async () => "lacre_up 1\n", ...probes },
  );
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string, method = "GET") => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  return { port, ask };
}

describe("the controller's endpoints", () => {
  const rows: readonly (readonly [string, Partial<Probes>, number, string])[] = [
    ["/healthz", { isReady: () => false }, 200, "ok\n"],
    ["/readyz", {}, 200, "ready\n"],
    ["/readyz", { isReady: () => false }, 503, "not ready\n"],
    ["/metrics", {}, 200, "lacre_up 1\n"],
    ["/metrics?format=x", {}, 200, "lacre_up 1\n"],
    ["/v1/keys", { keys: () => "lacre-keys-1\n" }, 200, "lacre-keys-1\n"],
    ["/v1/keys", { keys: () => undefined }, 404, "there is no key list\n"],
    ["/v1/keys", {}, 404, "there is no key list\n"],
    ["/", {}, 404, "not found\n"],
    ["/healthz/", {}, 404, "not found\n"],
    ["/v1/secrets", {}, 404, "not found\n"],
  ];
  it.each(rows)("at %s, with probes %o, answer %i", async (path, probes, status, text) => {
    const { ask } = await started(probes);
    const answer = await ask(path);
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect([answer.headers.get("cache-control"), answer.headers.get("content-type")]).toEqual([
      "no-store",
      expect.stringContaining("text/plain"),
    ]);
  });

  it("are only read", async () => {
    const { ask } = await started();
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask("/healthz", method);
      expect([method, status, headers.get("allow")]).toEqual([method, 405, "GET, HEAD"]);
    }
    expect((await ask("/readyz", "HEAD")).status).toBe(200);
  });

  it("answer with nothing but a status when a probe fails, and go on", async () => {
    const { ask } = await started({ metrics: () => Promise.reject(new Error("hunter2")) });
    const { status, text } = await ask("/metrics");
    expect([status, text, (await ask("/healthz")).status]).toEqual([500, "", 200]);
  });

  it("are refused with the port and a way out where somebody else has it", async () => {
    const { port } = await started();
    const second = serve({ host: "127.0.0.1", port }, { isReady: () => true, metrics: async () => "" });
    await expect(second).rejects.toMatchObject({
      code: "USAGE",
      message: `cannot listen on 127.0.0.1:${port}`,
      hint: expect.stringContaining("--listen"),
    });
  });
});
