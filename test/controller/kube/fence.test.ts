import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { expect, it } from "vitest";
import { Fenced, fenced } from "../../../controller/kube/fence.ts";

it("a request that waited for a connection is asked about again as it is written, and not sent any more", async () => {
  const seen: string[] = [];
  let release = () => undefined as undefined;
  const server = http.createServer((asked, response) => {
    seen.push(asked.url ?? "");
    if (asked.url === "/slow") release = () => void response.end("done");
    else response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agent = new Agent({ connections: 1 });
  let mayWrite = true;
  const dispatcher = fenced(agent, () => mayWrite);
  try {
    const slow = request(`${origin}/slow`, { dispatcher, method: "POST", body: "x" });
    const waiting = request(`${origin}/waiting`, { dispatcher, method: "POST", body: "x" });
    const outcome = waiting.catch((error: unknown) => error);
    await expect.poll(() => seen).toEqual(["/slow"]);
    mayWrite = false;
    release();
    await (await slow).body.text();
    expect(await outcome).toBeInstanceOf(Fenced);
    mayWrite = true;
    const after = await request(`${origin}/after`, { dispatcher, method: "POST", body: "x" });
    expect(await after.body.text()).toBe("ok");
    expect(seen).toEqual(["/slow", "/after"]);
  } finally {
    await agent.close();
    server.close();
  }
});
