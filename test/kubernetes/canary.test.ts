/** The leak test: marked values go through everything, failures included; then every output and the whole of etcd are searched for them. */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ControlPlane } from "../support/control-plane.ts";
import { sealedThing } from "../support/sealed-things.ts";
import { type ControllerProcess, TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";

/** Every form that a value may take on its way out. */
function forms(canary: string): readonly string[] {
  const bytes = Buffer.from(canary);
  // Base64 of a part depends on where it begins in the whole: the three alignments, without their ragged ends.
  const inner = [0, 1, 2].map((skip) =>
    Buffer.concat([Buffer.alloc(skip), bytes])
      .toString("base64")
      .slice(skip === 0 ? 0 : 4, -4),
  );
  return [
    canary,
    ...inner,
    bytes.toString("hex"),
    bytes.toString("base64url"),
    encodeURIComponent(canary),
    [...canary].reverse().join(""),
  ];
}

describe.skipIf(inject("assets") === undefined)("40: no plaintext leaves the Secret", () => {
  let plane: ControlPlane;
  let cluster: TestCluster;
  let collector: http.Server;
  const traces: Buffer[] = [];
  const seen: string[] = [];
  const canaries: string[] = [];
  const lives: ControllerProcess[] = [];
  const mark = (what: string) => {
    const canary = `CANARY-${what}-${randomBytes(12).toString("hex")}-"quote"-ü`;
    canaries.push(canary);
    return canary;
  };

  beforeAll(async () => {
    collector = http.createServer((request, response) => {
      request.on("data", (chunk: Buffer) => traces.push(chunk));
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const { port } = collector.address() as AddressInfo;
    plane = await ControlPlane.start(inject("assets") as string, { auditLevel: "RequestResponse" });
    for (const file of ["crd", "rbac-sync-role"]) {
      plane.mustKubectl([
        "apply",
        "--server-side",
        "-f",
        path.join(import.meta.dirname, `../../deploy/base/${file}.yaml`),
      ]);
    }
    plane.mustKubectl(["wait", "--for=condition=Established", "crd/sealedsecrets.lacre.dev"]);
    cluster = await TestCluster.start({
      plane: { server: plane.server, directory: plane.directory, token: plane.adminToken },
      args: ["--log-level", "trace"],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: "200" },
    });
    lives.push(cluster.controller);
  });
  afterAll(async () => {
    await cluster?.stop();
    await plane?.stop();
    collector?.close();
  });

  const keep = async (): Promise<void> => {
    for (const page of ["/metrics", "/readyz", "/healthz", "/v1/keys"])
      seen.push((await cluster.controller.http(page)).text);
    const { pid } = cluster.controller.child;
    for (const file of ["cmdline", "environ"]) seen.push(fs.readFileSync(`/proc/${pid}/${file}`, "latin1"));
  };

  it("everything is done with marked values: synced, edited, refused, denied, damaged, too large, interrupted", async () => {
    await cluster.apply(sealedThing(cluster, "good", { A: mark("good"), B: mark("good-b") }));
    await cluster.untilReason("good", "Synced");
    await cluster.admin.request("PATCH", cluster.secretPath("good"), { data: { A: "eA==" } }, MERGE);
    await cluster.untilReason("good", "Synced");
    const detect = { spec: { driftPolicy: "Detect" } };
    await cluster.apply(sealedThing(cluster, "detect", { A: mark("detect") }, detect));
    await cluster.untilReason("detect", "Synced");
    await cluster.admin.request("PATCH", cluster.secretPath("detect"), { data: { A: "eA==" } }, MERGE);
    await cluster.untilReason("detect", "DriftDetected");

    await cluster.admin.request("POST", cluster.secretPath(), { metadata: { name: "foreign" }, data: { X: "eA==" } });
    await cluster.apply(sealedThing(cluster, "foreign", { A: mark("foreign") }));
    await cluster.untilReason("foreign", "NotOwned");
    await cluster.apply(sealedThing(cluster, "moved", { A: mark("moved") }, { name: "elsewhere" }));
    await cluster.untilReason("moved", "WrongContext");
    const frozen = { spec: { secret: { immutable: true } } };
    await cluster.apply(sealedThing(cluster, "frozen", { A: mark("frozen") }, frozen));
    await cluster.untilReason("frozen", "Synced");
    await cluster.apply(sealedThing(cluster, "frozen", { A: mark("frozen-2") }, frozen));
    await cluster.untilReason("frozen", "ImmutableTarget");
    // The API server refuses this type's values, and quotes them when it does.
    const typed = { spec: { secret: { type: "kubernetes.io/dockerconfigjson" } } };
    await cluster.apply(sealedThing(cluster, "refused", { ".dockerconfigjson": mark("refused") }, typed));
    await cluster.untilReason("refused", "AccessDenied");
    await cluster.apply(
      sealedThing(cluster, "large", { A: `${mark("large")}${"x".repeat(500_000)}`, B: "y".repeat(400_000) }),
    );
    await cluster.untilReason("large", "TooLarge");
    const broken = sealedThing(cluster, "damaged", { A: mark("damaged") });
    const token = broken.spec.entries["A"]?.sealed ?? "";
    broken.spec.entries["A"] = {
      sealed: `${token.slice(0, 2_000)}${token[2_000] === "A" ? "B" : "A"}${token.slice(2_001)}`,
    };
    await cluster.apply(broken);
    await cluster.untilReason("damaged", "CannotDecrypt");
    await keep();
  });

  it("a developer's commands say nothing of it either", async () => {
    const config = { XDG_CONFIG_HOME: cluster.file("config") };
    const kubeconfig = cluster.file("admin.kubeconfig");
    const sealed = cluster.lacre(
      ["seal", "-r", "cluster.pub"],
      JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "sealed", namespace: cluster.namespace() },
        stringData: { A: mark("sealed") },
      }),
    );
    fs.writeFileSync(cluster.file("sealed.json"), sealed.stdout);
    const good = JSON.stringify(sealedThing(cluster, "good", { A: mark("diff"), C: mark("diff-c") }));
    fs.writeFileSync(cluster.file("good.json"), good);
    const said = [
      sealed,
      cluster.lacre(["diff", "--kubeconfig", kubeconfig, "good.json", "sealed.json"], "", config),
      cluster.lacre(["verify", "--live", "--kubeconfig", kubeconfig, "good.json"], "", config),
      cluster.lacre(["keys", "fetch", "--kubeconfig", kubeconfig, "--key-namespace", cluster.keyNamespace], "", config),
      cluster.lacre(["inspect", "good.json"]),
    ];
    for (const { stdout, stderr } of said) seen.push(stdout, stderr);
    expect(said[1]?.stdout).toContain("+ entry C");
  });

  it("also while it is killed and its API server stops", async () => {
    await cluster.apply(sealedThing(cluster, "killed", { A: mark("killed") }));
    await cluster.controller.end("SIGKILL");
    await cluster.startController();
    lives.push(cluster.controller);
    await cluster.untilReason("killed", "Synced");
    await plane.restartApiServer();
    await cluster.apply(sealedThing(cluster, "restarted", { A: mark("restarted") }));
    await cluster.untilReason("restarted", "Synced");
    await keep();
    await until("traces were sent", () => traces.length > 0);
    expect(await cluster.controller.end()).toBe(0);
  });

  it("the log, metrics, traces, pages, arguments, statuses and events hold no canary", async () => {
    seen.push(...lives.map(({ log }) => log), Buffer.concat(traces).toString("latin1"));
    for (const listed of ["sealedsecrets.lacre.dev", "events", "configmaps", "leases"]) {
      seen.push(plane.mustKubectl(["get", listed, "-A", "-o", "json", "--show-managed-fields"]));
    }
    const text = seen.join("\n");
    expect(text.length).toBeGreaterThan(50_000);
    for (const canary of canaries)
      for (const form of forms(canary)) expect(text.includes(form), canary.slice(0, 16)).toBe(false);
  });

  it("the audit log holds one only in requests about a Secret", () => {
    const lines = fs.readFileSync(plane.auditFile, "utf8").split("\n");
    expect(lines.length).toBeGreaterThan(200);
    const hits = lines.filter((line) => canaries.some((canary) => forms(canary).some((form) => line.includes(form))));
    // The values are there at all, or the search would prove nothing.
    expect(hits.length).toBeGreaterThan(0);
    const about = hits.map((line) => (JSON.parse(line) as { objectRef: { resource: string } }).objectRef.resource);
    expect([...new Set(about)]).toEqual(["secrets"]);
  });

  it("etcd holds one only under its Secret", async () => {
    const found = plane.askEtcd("/v3/kv/range", { key: "AA==", range_end: "AA==" });
    const kvs = found["kvs"] as readonly { key: string; value: string }[];
    expect(kvs.length).toBeGreaterThan(100);
    const holds = kvs.filter(({ value }) => {
      const stored = Buffer.from(value, "base64").toString("latin1");
      return canaries.some((canary) =>
        forms(canary).some((form) => stored.includes(Buffer.from(form).toString("latin1"))),
      );
    });
    const keys = holds.map(({ key }) => Buffer.from(key, "base64").toString());
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith(`/registry/secrets/${cluster.namespace()}/`))).toEqual([]);
  });

  it("what is told does not depend on how long a value is", async () => {
    await cluster.startController();
    const told: string[] = [];
    for (const [name, value] of [
      ["short", "x"],
      ["long0", "x".repeat(200)],
    ] as const) {
      await cluster.apply(sealedThing(cluster, name, { A: value }, { sealedAt: 1_700_000_000 }));
      const { status } = await cluster.untilReason(name, "Synced");
      await until("the event is there", async () => (await cluster.events(name)).length > 0);
      const events = (await cluster.events(name)).map(({ type, reason, message }) => ({ type, reason, message }));
      told.push(
        JSON.stringify({ status, events }).replaceAll(/"(?:uid|lastTransitionTime|lastSyncedAt|token)":"[^"]*"/g, ""),
      );
    }
    expect(told[0]).toBe(told[1]);
  });
});
