/** What is told about the work: to the log, to Kubernetes Events and to metrics. Names, key ids and counts only. */

import { READY } from "../../src/model/kubernetes.ts";
import type { EventRecorder, EventSubject } from "../kube/events.ts";
import { conditionOf, splitKey } from "../kube/object.ts";
import type { ClusterMetrics } from "../telemetry/cluster-metrics.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Telling } from "./reconciler.ts";

const WRITTEN = { created: "Created", updated: "Updated", corrected: "DriftCorrected", adopted: "Adopted" } as const;

function subject(key: string, uid: string): EventSubject {
  return { kind: "SealedSecret", ...splitKey(key), uid };
}

/** The teller of one controller. */
export function createTelling(log: Logger, events: EventRecorder | undefined, metrics: ClusterMetrics): Telling {
  return {
    wrote: (object, uid, cause, entries) => {
      log.info({ object, cause }, "written");
      metrics.wrote(cause);
      const message =
        cause === "corrected" ? "the Secret differed from Git and was put right" : `the Secret has ${entries} entries`;
      events?.record(subject(object, uid), "Normal", WRITTEN[cause], message);
    },
    released: (object) => log.info({ object }, "released: the SealedSecret is gone, and the Secret stays"),
    settled: (object, uid, before, after) => {
      const [was, is] = [conditionOf(before, READY), conditionOf(after, READY)];
      if (is === undefined || (was?.reason === is.reason && was.message === is.message)) return;
      if (is.status === "False") {
        log.error({ object, reason: is.reason, message: is.message }, "problem");
        events?.record(subject(object, uid), "Warning", is.reason, is.message);
      } else if (was?.status === "False") log.info({ object, reason: was.reason }, "problem solved");
    },
    warned: (object, uid, reason, message) => {
      log.warn({ object, reason, message }, "warning");
      events?.record(subject(object, uid), "Warning", reason, message);
    },
    opened: (result, count) => metrics.opened(result, count),
  };
}
