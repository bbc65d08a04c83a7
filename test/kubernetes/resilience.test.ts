/** What breaks around the controller: after each, every good Secret is right, nothing is lost, and nobody had to restart it. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ControlPlane } from "../support/control-plane.ts";
import type { Thing } from "../support/kube-api.ts";
import { sealedThing } from "../support/sealed-things.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const MERGE = "application/merge-patch+json";
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Runs work on all items, sixteen at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

describe.skipIf(inject("assets") === undefined)("the controller survives", () => {
  let plane: ControlPlane;
  let cluster: TestCluster;
  beforeAll(async () => {
    plane = await ControlPlane.start(inject("assets") as string);
    for (const file of ["crd", "rbac-sync-role"]) {
      plane.mustKubectl(["apply", "--server-side", "-f", `${import.meta.dirname}/../../deploy/base/${file}.yaml`]);
    }
    plane.mustKubectl(["wait", "--for=condition=Established", "crd/sealedsecrets.lacre.dev"]);
    cluster = await TestCluster.start({
      plane: { server: plane.server, directory: plane.directory, token: plane.adminToken },
      args: ["--lease-seconds", "4", "--request-timeout", "3", "--watch-idle", "5"],
    });
  });
  afterAll(async () => {
    await cluster?.stop();
    await plane?.stop();
  });

  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const create = (list: readonly string[], value = "good") =>
    each(list, async (name) => {
      const answer = await cluster.admin.request(
        "POST",
        cluster.sealedPath(),
        sealedThing(cluster, name, { A: `${value} ${name}` }),
      );
      expect(answer.status).toBe(201);
    });
  const all = async (path: string) => (await cluster.admin.get(path))?.items ?? [];
  /** Every one of these Secrets has exactly its value, and its SealedSecret says so. */
  const untilRight = async (list: readonly string[], value = "good") => {
    await until(
      `${list.length} Secrets are right`,
      async () => {
        const secrets = new Map((await all(cluster.secretPath())).map((secret) => [secret.metadata.name, secret]));
        return list.every((name) => secrets.get(name)?.data?.["A"] === base64(`${value} ${name}`));
      },
      90_000,
    );
    await until(
      "all say so",
      async () => {
        const objects = new Map((await all(cluster.sealedPath())).map((object) => [object.metadata.name, object]));
        return list.every((name) => isReady(objects.get(name)));
      },
      90_000,
    );
  };
  const isReady = (object: Thing | undefined) =>
    object?.status?.observedGeneration === object?.metadata.generation &&
    object?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

  it("SIGKILL in the middle of 500 objects", async () => {
    const list = names("killed", 500);
    const created = create(list);
    await until("some are written", async () => (await all(cluster.secretPath())).length > 100);
    await cluster.controller.end("SIGKILL");
    const written = (await all(cluster.secretPath())).length;
    await created;
    expect(written).toBeLessThan(500);
    await cluster.startController();
    await untilRight(list);
  });

  it("24 broken objects among 1,000 good ones", async () => {
    const list = names("good", 1_000);
    const broken = names("broken", 24);
    await Promise.all([
      create(list),
      each(broken, (name) => cluster.apply(sealedThing(cluster, name, { A: "a" }, { name: "elsewhere" }))),
    ]);
    await untilRight(list);
    for (const name of broken) await cluster.untilReason(name, "WrongContext");
    expect(await cluster.controller.metric('lacre_objects{reason="WrongContext"}')).toBe(24);
    expect((await cluster.controller.http("/readyz")).status).toBe(200);
  });

  it("a restart of the API server", async () => {
    await plane.restartApiServer();
    await create(names("restarted", 20));
    await untilRight(names("restarted", 20));
    expect(cluster.controller.child.exitCode).toBeNull();
  });

  it("history that is gone: 410, everything is listed anew, and what was missed is put right", async () => {
    const pid = cluster.controller.child;
    const known = names("known", 3);
    await create(known);
    await untilRight(known);
    pid.kill("SIGSTOP");
    // Cut its connections first: what was sent already would wait for it in them.
    await plane.restartApiServer();
    await create(names("missed", 5));
    await cluster.admin.request("PATCH", cluster.secretPath("known-1"), { data: { A: base64("by hand") } }, MERGE);
    await cluster.admin.request("DELETE", cluster.secretPath("known-2"));
    plane.compactEtcd();
    await plane.restartApiServer();
    const woken = new Date().toISOString();
    pid.kill("SIGCONT");
    await untilRight([...names("missed", 5), ...known]);
    // The API server answers a watch whose place it does not know any more with an error event, and only a list helps then.
    const lists = plane
      .audit()
      .filter(
        ({ verb, stageTimestamp, objectRef, userAgent }) =>
          verb === "list" &&
          stageTimestamp > woken &&
          objectRef?.resource === "sealedsecrets" &&
          userAgent?.includes("lacre-controller"),
      );
    expect(lists.length).toBeGreaterThan(0);
  });

  it("a pause of its own machine in the middle of work, longer than its lease", async () => {
    const list = names("paused", 100);
    const created = create(list);
    await until("it is at work", async () =>
      (await all(cluster.secretPath())).some(({ metadata }) => metadata.name.startsWith("paused")),
    );
    cluster.controller.child.kill("SIGSTOP");
    await created;
    await sleep(6_000);
    cluster.controller.child.kill("SIGCONT");
    await untilRight(list);
  });

  it("an API server that stops answering while connections stay open", async () => {
    await create(["held"]);
    await untilRight(["held"]);
    plane.signalApiServer("SIGSTOP");
    try {
      await until("it cannot tell", async () => (await cluster.controller.metric("lacre_cannot_tell")) === 1);
      expect(cluster.controller.child.exitCode).toBeNull();
      expect((await cluster.controller.http("/healthz")).status).toBe(200);
    } finally {
      plane.signalApiServer("SIGCONT");
    }
    await cluster.admin.request("PATCH", cluster.secretPath("held"), { data: { A: base64("by hand") } }, MERGE);
    await create(names("resumed", 5));
    await untilRight([...names("resumed", 5), "held"]);
    await until("it can tell again", async () => (await cluster.controller.metric("lacre_cannot_tell")) === 0);
  });

  it("another writer that changes the same Secrets without a pause", async () => {
    const list = names("stormy", 10);
    await create(list);
    let isOver = false;
    const storm = each(list, async (name) => {
      for (let i = 0; !isOver; i++) {
        const edit = { data: { A: base64(`storm ${i}`) }, metadata: { annotations: { storm: String(i) } } };
        await cluster.admin.request("PATCH", cluster.secretPath(name), edit, MERGE);
      }
    });
    await sleep(3_000);
    isOver = true;
    await storm;
    await untilRight(list);
    expect(
      await cluster.controller.metric('lacre_api_request_duration_seconds_count{method="PATCH",code="409"}'),
    ).toBeGreaterThan(0);
  });

  it("429: a server that is busy is asked again when it wants to be", async () => {
    const few = [
      "--enable-priority-and-fairness=false",
      "--max-requests-inflight=2",
      "--max-mutating-requests-inflight=1",
    ];
    await plane.restartApiServer(few);
    let isOver = false;
    const load = each(Array.from({ length: 16 }), async () => {
      while (!isOver) await cluster.admin.request("GET", cluster.sealedPath());
    });
    try {
      await each(names("throttled", 30), async (name) => {
        const thing = sealedThing(cluster, name, { A: `good ${name}` });
        while ((await cluster.admin.request("POST", cluster.sealedPath(), thing)).status === 429) await sleep(50);
      });
      await until("the controller was told to wait", async () => {
        const codes = (await cluster.controller.http("/metrics")).text;
        return codes.includes('code="429"');
      });
    } finally {
      isOver = true;
      await load;
      await plane.restartApiServer();
    }
    await untilRight(names("throttled", 30));
  });

  it("credentials that are refused: the mounted token is read again", async () => {
    await create(["renewed"]);
    await untilRight(["renewed"]);
    plane.mustKubectl(["-n", cluster.keyNamespace, "delete", "serviceaccount", "lacre-controller"]);
    plane.mustKubectl(["-n", cluster.keyNamespace, "create", "serviceaccount", "lacre-controller"]);
    await cluster.admin.request("PATCH", cluster.secretPath("renewed"), { data: { A: base64("by hand") } }, MERGE);
    await until("the old token is refused", async () =>
      (await cluster.controller.http("/metrics")).text.includes('code="401"'),
    );
    cluster.renewToken();
    await untilRight(["renewed"]);
  });

  it("a leader that is stopped, and woken after its lease has gone: no write of it afterwards", async () => {
    const [old, next] = [cluster.controller, cluster.launch()];
    await next.ready();
    await until("the old one leads", async () => (await old.metric("lacre_leader")) === 1);
    expect(await next.metric("lacre_leader")).toBe(0);
    // It is stopped in the middle of work.
    const list = names("handed", 200);
    const created = create(list);
    await until("it is at work", async () =>
      (await all(cluster.secretPath())).some(({ metadata }) => metadata.name.startsWith("handed")),
    );
    old.child.kill("SIGSTOP");
    await created;
    await until("the next one leads", async () => (await next.metric("lacre_leader")) === 1);
    await untilRight(list);
    const woken = new Date().toISOString();
    old.child.kill("SIGCONT");
    await sleep(3_000);
    await cluster.admin.request("PATCH", cluster.secretPath("handed-1"), { data: { A: base64("by hand") } }, MERGE);
    await untilRight(["handed-1"]);
    const writes = plane
      .audit()
      .filter(
        ({ verb, stageTimestamp, objectRef }) =>
          ["patch", "create", "update"].includes(verb) &&
          stageTimestamp > woken &&
          !["events", "leases"].includes(objectRef?.resource ?? ""),
      )
      .filter(({ userAgent }) => userAgent?.includes(`_${old.child.pid}_`))
      .map(
        ({ verb, objectRef, responseStatus }) =>
          `${verb} ${objectRef?.resource}/${objectRef?.name} ${responseStatus?.code}`,
      );
    expect(writes).toEqual([]);
    expect((await old.http("/readyz")).status).toBe(200);
    expect(await old.metric("lacre_leader")).toBe(0);
    // SIGTERM gives the lease back: the other need not wait for it to run out.
    expect(await next.end()).toBe(0);
    const lease = await cluster.admin.get(
      `/apis/coordination.k8s.io/v1/namespaces/${cluster.keyNamespace}/leases/lacre-controller`,
    );
    expect(lease?.spec?.["holderIdentity"]).not.toContain(`_${next.child.pid}_`);
    await until("the old one leads again", async () => (await old.metric("lacre_leader")) === 1);
  });
});
