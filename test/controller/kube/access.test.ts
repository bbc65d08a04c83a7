/** How the API server is reached: which credentials count, and when they are read again. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Access, type AccessOptions } from "../../../controller/kube/access.ts";
import { refusalOf } from "../../support/refusal.ts";

const place = () => fs.mkdtempSync(path.join(os.tmpdir(), "lacre-access-"));

/** A kubeconfig with two contexts, whose users log in with a token and with a password. */
function kubeconfig(current = "first"): string {
  const file = path.join(place(), "config");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": current,
    clusters: [
      { name: "one", cluster: { server: "https://one.example/" } },
      { name: "two", cluster: { server: "https://two.example" } },
    ],
    users: [
      { name: "token", user: { token: "of-the-kubeconfig" } },
      { name: "basic", user: { username: "anna", password: "pw" } },
    ],
    contexts: [
      { name: "first", context: { cluster: "one", user: "token" } },
      { name: "second", context: { cluster: "two", user: "basic" } },
      { name: "nowhere", context: { cluster: "three", user: "token" } },
    ],
  };
  fs.writeFileSync(file, JSON.stringify(config));
  return file;
}

const access = (options: Partial<AccessOptions>) =>
  new Access({ kubeconfig: undefined, context: undefined, tokenFile: undefined, ...options });

describe("access by a kubeconfig", () => {
  it("is to the server of its context, with the credentials of its user", async () => {
    const first = access({ kubeconfig: kubeconfig() });
    expect([first.server, await first.headers()]).toEqual([
      "https://one.example",
      { authorization: "Bearer of-the-kubeconfig" },
    ]);
    const second = access({ kubeconfig: kubeconfig(), context: "second" });
    expect([second.server, await second.headers()]).toEqual([
      "https://two.example",
      { authorization: `Basic ${Buffer.from("anna:pw").toString("base64")}` },
    ]);
  });

  it("keeps its connections, until a credential is refused", async () => {
    const one = access({ kubeconfig: kubeconfig() });
    await one.headers();
    const { dispatcher } = one;
    await one.headers();
    expect([dispatcher === undefined, one.dispatcher === dispatcher]).toEqual([false, true]);
    one.refused();
    await one.headers();
    expect(one.dispatcher).not.toBe(dispatcher);
  });

  it("uses a token of a file in place of its own, and reads it again once it was refused", async () => {
    const tokenFile = path.join(place(), "token");
    fs.writeFileSync(tokenFile, "first\n");
    const one = access({ kubeconfig: kubeconfig(), tokenFile });
    expect(await one.headers()).toEqual({ authorization: "Bearer first" });
    fs.writeFileSync(tokenFile, "second\n");
    one.refused();
    expect(await one.headers()).toEqual({ authorization: "Bearer second" });
    fs.rmSync(tokenFile);
    one.refused();
    await expect(one.headers()).rejects.toMatchObject({ kind: "unauthorized", status: 0 });
  });

  it.each([
    ["that is not there", { kubeconfig: "/nowhere/config" }, "INPUT_UNREADABLE", "cannot be read"],
    ["without the context", { kubeconfig: kubeconfig(), context: "third" }, "USAGE", "has no context third"],
    ["whose context leads nowhere", { kubeconfig: kubeconfig("nowhere") }, "USAGE", "names no cluster"],
  ] as const)("%s is refused", (_what, options, code, message) => {
    expect(refusalOf(() => access(options))).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe("access without a kubeconfig", () => {
  const { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT } = process.env;
  afterEach(() => {
    for (const [name, value] of Object.entries({ KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("is refused outside of a Pod", () => {
    delete process.env["KUBERNETES_SERVICE_HOST"];
    expect(refusalOf(() => access({}))).toMatchObject({ code: "USAGE", hint: expect.stringContaining("--kubeconfig") });
  });
});
