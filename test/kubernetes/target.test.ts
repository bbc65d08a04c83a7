/** The Secrets of a real cluster, against the contract that every target keeps. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, inject } from "vitest";
import { KubeApi, sealedPath, secretsPath } from "../../controller/kube/api.ts";
import { ApiError } from "../../controller/kube/api-error.ts";
import { Collection } from "../../controller/kube/collection.ts";
import { keyOf, type SecretObject } from "../../controller/kube/object.ts";
import type { FoundSecret } from "../../controller/targets/kubernetes/kubernetes.ts";
import { type LiveSecret, remember } from "../../controller/targets/kubernetes/live.ts";
import { clientOf, MAC_KEY, open } from "../support/kubernetes-target.ts";
import { type Texts, testTargetContract } from "../support/target-contract.ts";
import { TestCluster, until } from "../support/test-cluster.ts";

const encoded = (values: Texts) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));

/** The same calls, which reach nobody while isBlind says so. */
function blindable(api: KubeApi, isBlind: () => boolean): KubeApi {
  return new Proxy(api, {
    get: (target, name) => {
      const found = Reflect.get(target, name) as unknown;
      if (typeof found !== "function") return found;
      return (...args: readonly unknown[]) => {
        if (isBlind()) return Promise.reject(new ApiError("unreachable", 0));
        return Reflect.apply(found, target, args) as unknown;
      };
    },
  });
}

describe.skipIf(inject("assets") === undefined)("on Kubernetes", () => {
  testTargetContract<LiveSecret, FoundSecret>("the Secrets of a cluster", async () => {
    const cluster = await TestCluster.prepared();
    const namespace = cluster.namespace();
    const kubeconfig = cluster.writeKubeconfig("controller", fs.readFileSync(cluster.file("token"), "utf8"));
    const data = { kubeconfig, keyNamespace: cluster.keyNamespace };
    const client = clientOf(kubeconfig);
    const seen = new Map<string, LiveSecret>();
    const watching = new AbortController();
    const secrets = new Collection<SecretObject>({
      client,
      path: secretsPath(namespace),
      idleMs: 60_000,
      upsert: (secret) => seen.set(keyOf(secret), remember(secret, undefined, MAC_KEY)),
      remove: (key) => seen.delete(key),
    });
    const watched = secrets.run(watching.signal);
    let isBlind = false;
    const of = (name: string) => `${sealedPath(namespace)}/${name}`;
    return {
      target: open(data, {
        api: blindable(new KubeApi(client), () => isBlind),
        seen: () => (isBlind ? undefined : seen),
      }),
      namespace,
      uidOf: async (name) => {
        const found = await cluster.admin.get(of(name));
        if (found?.metadata.uid !== undefined) return found.metadata.uid;
        const spec = { entries: { A: { sealed: "lacre1.AAAA" } } };
        const object = { apiVersion: "lacre.dev/v1alpha1", kind: "SealedSecret", metadata: { name, namespace }, spec };
        return (await cluster.create(object, sealedPath(namespace))).body.metadata.uid ?? "";
      },
      read: async (name) => {
        const secret = await cluster.secret(name, namespace);
        const texts = Object.entries(secret?.data ?? {}).map(([key, text]) => [
          key,
          Buffer.from(text, "base64").toString(),
        ]);
        return secret && (Object.fromEntries(texts) as Texts);
      },
      edit: async (name, key, value) => {
        const patch = { data: encoded({ [key]: value }) };
        const patched = await cluster.admin.request(
          "PATCH",
          cluster.secretPath(name, namespace),
          patch,
          "application/merge-patch+json",
        );
        if (patched.status !== 200) throw new Error(String(patched.status));
      },
      putForeign: async (name, values) => {
        const body = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, data: encoded(values) };
        await cluster.create(body, secretsPath(namespace));
      },
      dropOwner: async (name) => {
        await cluster.admin.request("DELETE", of(name));
        await until("the object is gone", async () => (await cluster.admin.get(of(name))) === undefined);
      },
      excess: {
        shape: {
          type: "kubernetes.io/service-account-token",
          immutable: false,
          labels: new Map(),
          annotations: new Map(),
        },
      },
      isSame: (one, other) => one?.uid === other?.uid && one?.resourceVersion === other?.resourceVersion,
      blind: async () => {
        isBlind = true;
        return async () => {
          isBlind = false;
        };
      },
      elsewhere: { module: path.join(import.meta.dirname, "../support/kubernetes-target.ts"), data },
      stop: async () => {
        watching.abort();
        await watched;
        await cluster.stop();
      },
    };
  });
});
