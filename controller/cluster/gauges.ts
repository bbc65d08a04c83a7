/** What is measured of a cluster at every scrape: series of objects that are gone go by themselves. */
import { shortKeyId } from "../../src/model/index.ts";
import type { ClusterKeys } from "../keys/cluster-keys.ts";
import type { Lease } from "../kube/lease.ts";
import type { ClusterState } from "../telemetry/cluster-metrics.ts";
import type { Troubles } from "../telemetry/troubles.ts";
import type { Known } from "./known.ts";
import type { Queue } from "./queue.ts";

/** What it is read from, when it is asked for. */
export type Measured = {
  readonly known: Known;
  readonly troubles: Troubles;
  readonly keys: () => ClusterKeys;
  readonly queue: () => Queue;
  readonly lease: () => Lease;
};

/** The state of a cluster. */
export function clusterState({ known, troubles, keys, queue, lease }: Measured): ClusterState {
  return {
    *objects() {
      for (const [key, { status, spec }] of known.sealed) {
        yield { key, status, isSuspended: spec.kind === "desired" && spec.wanted.policy.suspend };
      }
    },
    *keys() {
      for (const { publicKey, state, notBefore, notAfter } of keys().held.records.values())
        yield { keyId: shortKeyId(publicKey.keyId), state, notBefore, notAfter };
    },
    queueDepth: () => queue().depth,
    retrying: () => queue().retrying,
    isLeading: () => lease().isHeld(),
    cannotTell: () => troubles.cannotTell || !keys().held.isReady,
    malformedKeys: () => troubles.malformedKeys,
    unprovenKeys: () => troubles.unprovenKeys,
    isKeyKeepingHeld: () => troubles.isKeyKeepingHeld,
    isBackupTaken: () => keys().isBackupTaken,
  };
}
