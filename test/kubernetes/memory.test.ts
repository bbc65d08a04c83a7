/** One developer's large objects against the memory of the controller that serves everybody. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TestCluster, until } from "../support/test-cluster.ts";

const DEPLOY = path.join(import.meta.dirname, "../../deploy");

describe.skipIf(inject("assets") === undefined)("the controller's memory", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    const deployment = fs.readFileSync(path.join(DEPLOY, "base/deployment.yaml"), "utf8");
    const [, options = ""] = /NODE_OPTIONS, value: "([^"]+)"/.exec(deployment) ?? [];
    cluster = await TestCluster.prepared({ env: { NODE_OPTIONS: options } });
  });
  afterAll(async () => {
    await cluster.admin.request("DELETE", cluster.sealedPath());
    await cluster.stop();
  });

  it("stays within the Deployment's limit while it lists and judges 212 objects of a megabyte", async () => {
    const entries = { A: { sealed: `lacre1.${"A".repeat(700_000)}` }, B: { sealed: `lacre1.${"B".repeat(300_000)}` } };
    const names = Array.from({ length: 212 }, (_, at) => `large-${at}`);
    for (const name of names) {
      const metadata = { name, namespace: cluster.namespace() };
      const made = { apiVersion: "lacre.dev/v1alpha1", kind: "SealedSecret", metadata, spec: { entries } };
      expect((await cluster.create(made, cluster.sealedPath())).status).toBe(201);
    }
    const controller = await cluster.startController();
    const isDone = async () => {
      const { text } = await controller.http("/metrics");
      return text.split("lacre_ready{").length - 1 === names.length && /^lacre_queue_depth 0$/m.test(text);
    };
    await until("all were judged", isDone, 90_000);
    const [, peakKb] =
      /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${controller.child.pid}/status`, "utf8")) ?? [];
    expect(Number(peakKb) / 1024).toBeLessThan(512);
    expect(controller.child.exitCode).toBe(null);
  });

  it("has a quota as an example that the API server takes", () => {
    const file = path.join(DEPLOY, "policies/sealedsecrets-quota.yaml");
    const applied = cluster.kubectl(["-n", cluster.namespace(), "apply", "--dry-run=server", "-f", file]);
    expect([applied.status, applied.stderr]).toEqual([0, ""]);
  });
});
