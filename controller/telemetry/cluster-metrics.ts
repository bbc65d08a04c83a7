/** What Prometheus sees of the controller in a cluster. Names of objects and key ids, counts and times: no value, no length. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { READY } from "../../src/model/kubernetes.ts";
import { conditionOf, type ObjectStatus, splitKey } from "../kube/object.ts";

/** What is asked at every scrape: series of objects that are gone go by themselves. */
export type ClusterState = {
  readonly objects: () => Iterable<{
    readonly key: string;
    readonly status: ObjectStatus | undefined;
    readonly isSuspended: boolean;
  }>;
  readonly keys: () => Iterable<{
    readonly keyId: string;
    readonly state: string;
    readonly notBefore: string;
    readonly notAfter: string;
  }>;
  readonly queueDepth: () => number;
  readonly retrying: () => number;
  readonly isLeading: () => boolean;
  readonly cannotTell: () => boolean;
  readonly malformedKeys: () => number;
  /** Key Secrets without a proof. */
  readonly unprovenKeys: () => number;
  /** No key is made and no list is published: the identity, or which keys are the cluster's, is in doubt. */
  readonly isKeyKeepingHeld: () => boolean;
  /** undefined: no backup is kept. */
  readonly isBackupTaken: () => boolean | undefined;
};

/** The metrics of one controller. */
export type ClusterMetrics = {
  readonly reconciled: (result: string, seconds: number) => void;
  readonly wrote: (cause: string) => void;
  readonly opened: (result: string, count: number) => void;
  readonly requested: (method: string, status: number, seconds: number) => void;
  readonly eventDropped: () => void;
  readonly text: () => Promise<string>;
};

function seconds(time: string): number {
  return new Date(time).getTime() / 1000;
}

/** Metrics in a registry of their own, over a state that is read when they are asked for. */
export function createClusterMetrics(state: ClusterState): ClusterMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers,
      collect() {
        this.reset();
        collect(this);
      },
    });
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });

  describeObjects(gauge, state);
  gauge("lacre_queue_depth", "Objects that wait for a worker", [], (one) => one.set(state.queueDepth()));
  gauge("lacre_retrying", "Objects that failed and wait for their next try", [], (one) => one.set(state.retrying()));
  gauge("lacre_leader", "1 on the replica that works", [], (one) => one.set(state.isLeading() ? 1 : 0));
  gauge("lacre_cannot_tell", "1 while the API server or the keys cannot be read", [], (one) =>
    one.set(state.cannotTell() ? 1 : 0),
  );
  gauge("lacre_malformed_keys", "Key Secrets that are no good key", [], (one) => one.set(state.malformedKeys()));
  gauge("lacre_unproven_keys", "Key Secrets without a proof of the cluster's identity: never used", [], (one) =>
    one.set(state.unprovenKeys()),
  );
  gauge("lacre_key_keeping_held", "1 while identity or keys are in doubt: nothing is made or published", [], (one) =>
    one.set(state.isKeyKeepingHeld() ? 1 : 0),
  );
  gauge("lacre_backup_taken", "0: keys, or their states, are in no backup that was taken away", [], (one) => {
    const isTaken = state.isBackupTaken();
    if (isTaken !== undefined) one.set(isTaken ? 1 : 0);
  });
  gauge("lacre_key_not_before_timestamp_seconds", "Since when a key is used", ["key_id", "state"], (one) => {
    for (const { keyId, state: keyState, notBefore } of state.keys())
      one.set({ key_id: keyId, state: keyState }, seconds(notBefore));
  });
  gauge("lacre_key_not_after_timestamp_seconds", "When a key is to be replaced", ["key_id", "state"], (one) => {
    for (const { keyId, state: keyState, notAfter } of state.keys())
      one.set({ key_id: keyId, state: keyState }, seconds(notAfter));
  });
  const duration = new Histogram({
    name: "lacre_reconcile_duration_seconds",
    help: "Time a look at an object took",
    labelNames: ["result"],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
    registers,
  });
  const requests = new Histogram({
    name: "lacre_api_request_duration_seconds",
    help: "Time to the API server's answer; code 0: none came",
    labelNames: ["method", "code"],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15],
    registers,
  });
  const writes = counter("lacre_writes_total", "Secrets written by cause; corrected: drift put right", "cause");
  const opens = counter("lacre_opens_total", "Entries opened, or objects that did not open, by result", "result");
  const dropped = counter("lacre_events_dropped_total", "Kubernetes Events that were not sent");
  return {
    reconciled: (result, took) => duration.observe({ result }, took),
    wrote: (cause) => writes.inc({ cause }),
    opened: (result, count) => opens.inc({ result }, count),
    requested: (method, status, took) => requests.observe({ method, code: String(status) }, took),
    eventDropped: () => dropped.inc(),
    text: () => registry.metrics(),
  };
}

type MakeGauge = (name: string, help: string, labelNames: readonly string[], collect: (gauge: Gauge) => void) => Gauge;

function describeObjects(gauge: MakeGauge, state: ClusterState): void {
  const readyOf = (status: ObjectStatus | undefined) => conditionOf(status, READY);
  gauge("lacre_objects", "SealedSecrets by reason", ["reason"], (one) => {
    for (const { status } of state.objects()) one.inc({ reason: readyOf(status)?.reason ?? "Progressing" });
  });
  gauge("lacre_ready", "1: the Secret is as Git says", ["namespace", "name"], (one) => {
    for (const { key, status } of state.objects()) one.set(splitKey(key), readyOf(status)?.status === "True" ? 1 : 0);
  });
  gauge("lacre_drifted", "1: the Secret differs from Git and is left so", ["namespace", "name"], (one) => {
    for (const { key, status } of state.objects()) {
      if (readyOf(status)?.reason === "DriftDetected") one.set(splitKey(key), 1);
    }
  });
  gauge("lacre_suspended", "1: spec.suspend is true", ["namespace", "name"], (one) => {
    for (const { key, isSuspended } of state.objects()) if (isSuspended) one.set(splitKey(key), 1);
  });
  gauge("lacre_last_synced_timestamp_seconds", "When a Secret was last written", ["namespace", "name"], (one) => {
    for (const { key, status } of state.objects()) {
      if (status?.lastSyncedAt !== undefined) one.set(splitKey(key), seconds(status.lastSyncedAt));
    }
  });
  gauge("lacre_key_objects", "SealedSecrets whose entries a key opened last", ["key_id"], (one) => {
    for (const { status } of state.objects()) for (const keyId of status?.keyIds ?? []) one.inc({ key_id: keyId });
  });
}
