/** What Flux, `kubectl wait` and others make of an object: the generic rules of kstatus, in its order. */
import type { ObjectStatus } from "../../controller/kube/object.ts";

/** The verdicts of kstatus. */
export type Verdict = "InProgress" | "Failed" | "Current" | "Unknown";

/** sigs.k8s.io/cli-utils/pkg/kstatus/status, checkGenericProperties, and then Ready. */
export function kstatus(generation: number, status: ObjectStatus | undefined): Verdict {
  if (status?.observedGeneration !== undefined && status.observedGeneration !== generation) return "InProgress";
  const of = (type: string) => status?.conditions?.find((condition) => condition.type === type);
  if (of("Reconciling")?.status === "True") return "InProgress";
  if (of("Stalled")?.status === "True") return "Failed";
  const ready = of("Ready");
  if (ready === undefined) return "Current";
  return ready.status === "True" ? "Current" : "InProgress";
}
