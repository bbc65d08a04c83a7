/** What Prometheus sees. Counts and times only: no name of a key, no value, no length. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ObservedPass } from "./observed-pass.ts";

/** The metrics of one controller. */
export type Metrics = {
  readonly observePass: (pass: ObservedPass, seconds: number, now: Date) => void;
  readonly text: () => Promise<string>;
};

/** Metrics in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const passes = new Counter({
    name: "lacre_passes_total",
    help: "Passes by result",
    labelNames: ["result"],
    registers,
  });
  const seconds = new Histogram({
    name: "lacre_pass_duration_seconds",
    help: "Time a pass took",
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60],
    registers,
  });
  const writes = new Counter({
    name: "lacre_writes_total",
    help: "Objects written by cause",
    labelNames: ["cause"],
    registers,
  });
  const removals = new Counter({ name: "lacre_removals_total", help: "Objects removed", registers });
  const objects = new Gauge({ name: "lacre_objects", help: "Objects in the source", registers });
  const problems = new Gauge({
    name: "lacre_problems",
    help: "Open problems by reason",
    labelNames: ["reason"],
    registers,
  });
  const drifted = new Gauge({ name: "lacre_drifted", help: "Objects that differ from Git and are left so", registers });
  const cannotTell = new Gauge({
    name: "lacre_cannot_tell",
    help: "1 while the source or the keys cannot be read",
    registers,
  });
  const lastSuccess = new Gauge({
    name: "lacre_last_success_timestamp_seconds",
    help: "When a pass last ended without a problem",
    registers,
  });
  const lastFetch = new Gauge({
    name: "lacre_source_last_fetch_timestamp_seconds",
    help: "When the source last answered and its newest state was in force",
    registers,
  });
  const revision = new Gauge({
    name: "lacre_revision_info",
    help: "The revision applied",
    labelNames: ["revision"],
    registers,
  });

  return {
    observePass: (pass, took, now) => {
      passes.inc({ result: pass.problems.length === 0 ? "ok" : "problems" });
      seconds.observe(took);
      for (const { cause } of pass.writes) writes.inc({ cause });
      removals.inc(pass.removed.length);
      // Reset: a reason without a problem has no series, so that an alert on it ends.
      problems.reset();
      for (const { reason } of pass.problems) problems.inc({ reason });
      drifted.set(pass.problems.filter(({ reason }) => reason === "DriftDetected").length);
      // What was in force may be kept up while the newest state cannot be read.
      const isTold = pass.sourceRead && pass.problems.every(({ reason }) => reason !== "SourceFailed");
      cannotTell.set(isTold ? 0 : 1);
      if (pass.isNewest) lastFetch.set(now.getTime() / 1000);
      if (!pass.sourceRead) return;
      objects.set(pass.objects);
      revision.reset();
      revision.set({ revision: pass.revision }, 1);
      if (pass.problems.length === 0) lastSuccess.set(now.getTime() / 1000);
    },
    text: () => registry.metrics(),
  };
}
