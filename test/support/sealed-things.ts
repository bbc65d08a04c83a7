/** SealedSecrets as objects with anything about them chosen: the time, the key, the place that the tokens are for. */
import * as fs from "node:fs";
import { type PublicKey, sealToken } from "../../src/crypto/index.ts";
import { parsePublicKeys } from "../../src/keys/index.ts";
import type { Scope } from "../../src/model/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import type { Thing } from "./kube-api.ts";
import type { TestCluster } from "./test-cluster.ts";

const engine = await loadEngine();

/** What may be different from the usual. */
export type Chosen = {
  readonly sealedAt?: number;
  readonly scope?: Scope;
  /** The place that the tokens are sealed for, where it is not the object's own. */
  readonly namespace?: string;
  readonly name?: string;
  readonly keyFor?: (key: string) => string;
  readonly recipients?: readonly PublicKey[];
  readonly spec?: Readonly<Record<string, unknown>>;
};

/** The public key that a cluster's controller published. */
function publicKeyOf(cluster: TestCluster): PublicKey {
  return parsePublicKeys(engine, fs.readFileSync(cluster.file("cluster.pub"), "utf8"))[0] as PublicKey;
}

/** A SealedSecret in the cluster's `shop` namespace. */
export function sealedThing(
  cluster: TestCluster,
  name: string,
  values: Readonly<Record<string, string>>,
  chosen: Chosen = {},
): Thing & { spec: Record<string, unknown> & { entries: Record<string, { sealed: string }> } } {
  const recipients = chosen.recipients ?? [publicKeyOf(cluster)];
  const entries = Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const place = {
        namespace: chosen.namespace ?? cluster.namespace(),
        name: chosen.name ?? name,
        key: chosen.keyFor?.(key) ?? key,
      };
      const sealedAt = BigInt(chosen.sealedAt ?? Math.floor(Date.now() / 1000));
      const request = {
        value: new TextEncoder().encode(value),
        scope: chosen.scope ?? "strict",
        place,
        recipients,
        sealedAt,
      };
      return [key, { sealed: sealToken(engine, request) }];
    }),
  );
  return {
    apiVersion: "lacre.dev/v1alpha1",
    kind: "SealedSecret",
    metadata: { name, namespace: cluster.namespace() },
    spec: { entries, ...chosen.spec },
  };
}
