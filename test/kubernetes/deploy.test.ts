/** deploy/ as it is applied: what each RBAC profile may do and, above all, what it may not. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { refuseName } from "../../controller/targets/kubernetes/driving.ts";
import { ControlPlane } from "../support/control-plane.ts";
import { TestApi } from "../support/kube-api.ts";
import { until } from "../support/test-cluster.ts";

const DEPLOY = path.join(import.meta.dirname, "../../deploy");

describe.skipIf(inject("assets") === undefined)("deploy/", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await ControlPlane.start(inject("assets") as string);
    for (const name of ["shop", "other"]) plane.mustKubectl(["create", "namespace", name]);
  });
  afterAll(() => plane?.stop());

  /** Asks the API server itself, as the ServiceAccount: the status of the answer, not what a review says. */
  const asking = async (namespace: string) => {
    const api = new TestApi(plane.server, plane.caFile, plane.serviceAccountToken(namespace, "lacre-controller"));
    return {
      status: async (method: string, at: string, body?: object) => {
        let status = 429;
        // The API server says so while the store of a new kind is being set up.
        await until("the kind is served", async () => {
          status = (await api.request(method, at, body)).status;
          return status !== 429;
        });
        return status;
      },
      close: () => api.close(),
    };
  };
  const secret = (name: string) => ({ metadata: { name }, data: {} });
  const sealed = "/apis/lacre.dev/v1alpha1";

  const event = (namespace: string) => ({
    metadata: { name: "x", namespace },
    involvedObject: { apiVersion: "v1", kind: "Secret", namespace, name: "x" },
  });
  /** The controller tells of key Secrets where they lie. */
  const eventStatus = (may: Awaited<ReturnType<typeof asking>>, namespace: string) =>
    may.status("POST", `/api/v1/namespaces/${namespace}/events?dryRun=All`, event(namespace));

  const apply = (profile: string) =>
    plane.kubectl(["apply", "--server-side", "-k", path.join(DEPLOY, "profiles", profile)]);
  it("the profile for listed namespaces: there and nowhere else", async () => {
    expect(apply("namespaces").status).toBe(0);
    const may = await asking("lacre-system");
    expect(await may.status("GET", `${sealed}/namespaces/shop/sealedsecrets`)).toBe(200);
    expect(await may.status("POST", "/api/v1/namespaces/shop/secrets?dryRun=All", secret("x"))).toBe(201);
    expect(await may.status("GET", "/api/v1/namespaces/lacre-system/secrets")).toBe(200);
    expect(await eventStatus(may, "lacre-system")).toBe(201);
    const refused: readonly (readonly [string, string, object?])[] = [
      ["GET", "/api/v1/secrets"],
      ["GET", `${sealed}/sealedsecrets`],
      ["GET", "/api/v1/namespaces/other/secrets"],
      ["GET", "/api/v1/namespaces/kube-system/secrets/x"],
      ["POST", "/api/v1/namespaces/other/secrets?dryRun=All", secret("x")],
      ["DELETE", "/api/v1/namespaces/shop/secrets/x"],
      ["DELETE", "/api/v1/namespaces/lacre-system/secrets/x"],
      ["POST", `${sealed}/namespaces/shop/sealedsecrets`, { metadata: { name: "x" }, spec: { entries: {} } }],
      ["DELETE", `${sealed}/namespaces/shop/sealedsecrets/x`],
      ["GET", "/api/v1/namespaces/shop/configmaps"],
      ["POST", "/api/v1/namespaces/other/events?dryRun=All", event("other")],
      ["GET", "/api/v1/namespaces/lacre-system/configmaps/other"],
      ["GET", "/api/v1/namespaces/shop/pods"],
      ["POST", "/api/v1/namespaces/shop/serviceaccounts/default/token", {}],
      ["GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
    ];
    for (const [method, at, body] of refused)
      expect([method, at, await may.status(method, at, body)]).toEqual([method, at, 403]);
    await may.close();
    plane.mustKubectl(["-n", "shop", "delete", "rolebinding", "lacre-sync"]);
  });

  it("the profile for one namespace: the controller lives in it, and reaches nothing else", async () => {
    const ran = apply("namespace");
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).not.toContain("namespace/lacre-system");
    const may = await asking("shop");
    expect(await may.status("GET", `${sealed}/namespaces/shop/sealedsecrets`)).toBe(200);
    expect(await may.status("GET", "/api/v1/namespaces/shop/secrets")).toBe(200);
    expect(await eventStatus(may, "shop")).toBe(201);
    for (const at of [
      "/api/v1/secrets",
      "/api/v1/namespaces/other/secrets",
      `${sealed}/sealedsecrets`,
      `${sealed}/namespaces/other/sealedsecrets`,
    ]) {
      expect([at, await may.status("GET", at)]).toEqual([at, 403]);
    }
    await may.close();
  });

  it("the profile for the whole cluster: every Secret may be written, nothing may be deleted, nothing else is touched", async () => {
    expect(apply("cluster").status).toBe(0);
    const may = await asking("lacre-system");
    expect(await may.status("GET", `${sealed}/sealedsecrets`)).toBe(200);
    expect(await may.status("POST", "/api/v1/namespaces/other/secrets?dryRun=All", secret("x"))).toBe(201);
    expect(await eventStatus(may, "lacre-system")).toBe(201);
    for (const [method, at] of [
      ["DELETE", "/api/v1/namespaces/other/secrets/x"],
      ["GET", "/api/v1/configmaps"],
      ["GET", "/api/v1/pods"],
      ["GET", "/api/v1/nodes"],
      ["DELETE", `${sealed}/namespaces/other/sealedsecrets/x`],
    ] as const) {
      expect([at, await may.status(method, at)]).toEqual([at, 403]);
    }
    await may.close();
  });

  it("the Deployment is what a restricted namespace admits", () => {
    const namespace = plane.mustKubectl(["get", "namespace", "lacre-system", "-o", "json"]);
    expect(JSON.parse(namespace).metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    const deployment = JSON.parse(
      plane.mustKubectl(["-n", "lacre-system", "get", "deployment", "lacre-controller", "-o", "json"]),
    );
    const { spec } = deployment.spec.template;
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "probe", namespace: "lacre-system" }, spec };
    const admitted = plane.kubectl(["create", "--dry-run=server", "-f", "-"], { input: JSON.stringify(pod) });
    expect([admitted.status, admitted.stderr]).toEqual([0, ""]);
    const loose = { ...pod, spec: { ...spec, securityContext: {} } };
    expect(plane.kubectl(["create", "--dry-run=server", "-f", "-"], { input: JSON.stringify(loose) }).status).toBe(1);
    const job = JSON.parse(
      plane.mustKubectl(["create", "--dry-run=server", "-o", "json", "-f", path.join(DEPLOY, "jobs/reseal.yaml")]),
    );
    const jobPod = { ...pod, spec: job.spec.template.spec };
    expect(plane.kubectl(["create", "--dry-run=server", "-f", "-"], { input: JSON.stringify(jobPod) }).stderr).toBe("");
    expect(deployment.spec.replicas).toBe(2);
    expect(spec.containers[0].securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
  });

  it("the network policy lets nobody but Prometheus read /metrics, which names all objects", () => {
    const got = plane.kubectl(["get", "networkpolicy", "lacre-controller", "-n", "lacre-system", "-o", "json"]);
    const { ingress } = (JSON.parse(got.stdout) as { spec: { ingress: { from?: object[] }[] } }).spec;
    expect(ingress.map(({ from }) => from)).toEqual([
      [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
          podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        },
      ],
    ]);
  });

  it("the CRD refuses what no controller could make sense of, at the API server", () => {
    const thing = (spec: object) =>
      JSON.stringify({
        apiVersion: "lacre.dev/v1alpha1",
        kind: "SealedSecret",
        metadata: { name: "x", namespace: "shop" },
        spec,
      });
    const good = { entries: { A: { sealed: "lacre1.AAAA" } } };
    const create = (spec: object) => plane.kubectl(["create", "--dry-run=server", "-f", "-"], { input: thing(spec) });
    expect(create(good).status).toBe(0);
    const bad: readonly (readonly [string, object, string])[] = [
      ["no entries", {}, "entries"],
      ["a value in the clear", { entries: { A: { sealed: "hunter2" } } }, "should match"],
      ["both forms", { entries: { A: { sealed: "lacre1.A", environments: {} } } }, "either sealed or environments"],
      ["a key that leaves the directory", { entries: { "..x": { sealed: "lacre1.A" } } }, "does not start with '..'"],
      ["a key with a slash", { entries: { "a/b": { sealed: "lacre1.A" } } }, "a key is 1 to 253"],
      ["an unknown policy", { ...good, driftPolicy: "Sometimes" }, "Unsupported value"],
      ["an unknown field", { ...good, template: {} }, "unknown field"],
      [
        "a type that grants access",
        { ...good, secret: { type: "bootstrap.kubernetes.io/token" } },
        "never made from Git",
      ],
      ["a token over the limit", { entries: { A: { sealed: `lacre1.${"A".repeat(800_000)}` } } }, "Too long"],
    ];
    const named = (name: string) => thing(good).replace('"name":"x"', `"name":"${name}"`);
    for (const name of ["tfstate-default-x", "timoni.x", "a.node-password.k3s", "sh.helm.release.v1.x.v1"]) {
      const ran = plane.kubectl(["create", "--dry-run=server", "-f", "-"], { input: named(name) });
      expect([name, ran.status, refuseName(name)?.reason]).toEqual([name, 1, "NameNotAllowed"]);
    }
    for (const type of ["timoni.sh/instance", "addons.projectsveltos.io/cluster-profile", "mirror.linkerd.io/x"])
      expect([type, create({ ...good, secret: { type } }).status]).toEqual([type, 1]);
    for (const [what, spec, message] of bad) {
      const ran = create(spec);
      expect([what, ran.status]).toEqual([what, 1]);
      expect(ran.stderr).toContain(message);
    }
  });

  it("the Dockerfile takes the tarball, and neither inspector nor root is in it", () => {
    const text = fs.readFileSync(path.join(DEPLOY, "Dockerfile"), "utf8");
    expect(text).toMatch(/npm install --offline --omit=dev --ignore-scripts/);
    expect(text).toMatch(/USER 65532:65532/);
    expect(text).toMatch(/--disable-sigusr1/);
  });
});
