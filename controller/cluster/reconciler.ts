/** Looks at one object, settles it, and tells: the same for a new object, a change, a deletion and a hand edit. */

import type { Engine } from "../../src/crypto/index.ts";
import { rfc3339, type Scope, type Suite } from "../../src/model/index.ts";
import { READY } from "../../src/model/kubernetes.ts";
import type { Cause, Means } from "../decide/decide.ts";
import { gate } from "../decide/gate.ts";
import type { RollbackPolicy } from "../decide/high-water.ts";
import type { Objection, Reason } from "../decide/problem.ts";
import type { HeldKeys } from "../keys/held-keys.ts";
import type { KubeApi } from "../kube/api.ts";
import { toApiError } from "../kube/client.ts";
import { Fenced } from "../kube/fence.ts";
import { conditionOf, type ObjectStatus } from "../kube/object.ts";
import type { SealersFile } from "../sealers-file.ts";
import { type Order, settle } from "../settle.ts";
import type { Tracked } from "../sources/objects.ts";
import type { Desired } from "../sources/source.ts";
import type { KubernetesTarget } from "../targets/kubernetes/kubernetes.ts";
import type { LiveSecret } from "../targets/kubernetes/live.ts";
import { isMade, type Known } from "./known.ts";
import { entriesOf, settledOutcome, unchangedOutcome } from "./outcome.ts";
import { isTransient, marksOf, nextStatus, type Outcome, sameStatus, statusPatch } from "./status.ts";

/** What is told about the work, to the log, to events and to metrics. */
export type Telling = {
  readonly wrote: (key: string, uid: string, cause: Cause, entries: number) => void;
  readonly released: (key: string) => void;
  readonly settled: (key: string, uid: string, before: ObjectStatus | undefined, after: ObjectStatus) => void;
  readonly warned: (key: string, uid: string, reason: Reason, message: string) => void;
  readonly opened: (result: "ok" | Reason, count: number) => void;
};

/** What a reconciler works with. */
export type ReconcilerOptions = {
  /** Fenced: what it is asked to change is changed only while this replica leads. */
  readonly api: KubeApi;
  readonly known: Known;
  readonly target: KubernetesTarget;
  readonly engine: Engine;
  readonly keys: HeldKeys;
  readonly acceptSuites: ReadonlySet<Suite>;
  readonly acceptScopes: ReadonlySet<Scope>;
  /** undefined: nobody asks for signatures. */
  readonly signatures: SealersFile | undefined;
  readonly rollback: RollbackPolicy;
  readonly telling: Telling;
  /** Called while something that is not ours is in an object's place, so that its going is noticed. */
  readonly blocked: (key: string, isBlocked: boolean) => void;
};

/** What came of a look. tracked: as the object was when it was decided about. */
type Looked =
  | { readonly kind: "gone" }
  /** It is being deleted, or changed while it was read: whoever shows that asks for another look. */
  | { readonly kind: "passed" }
  | {
      readonly kind: "looked";
      readonly tracked: Tracked;
      readonly outcome: Outcome;
      readonly live: LiveSecret | undefined;
    };

/** Reconciles objects, one at a time for each key. */
export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** One look. Never throws for what can go wrong outside. */
  async reconcile(key: string): Promise<"done" | "retry"> {
    try {
      return await this.#reconcile(key);
    } catch (error) {
      // The lease may only be late, as after a pause of the whole machine: then nobody else will look at this object.
      if (error instanceof Fenced) return "retry";
      const failure = toApiError(error);
      // The object went, or its namespace: its deletion is on its way to us.
      return failure.kind === "not-found" ? "done" : "retry";
    }
  }

  async #reconcile(key: string): Promise<"done" | "retry"> {
    const { known } = this.#options;
    const tracked = known.sealed.get(key);
    if (tracked === undefined) return this.#release(key);
    if (tracked.isDeleting) return "done";
    const before = known.secrets.get(key);
    const looked = (await this.#say(key, tracked)) ?? (await this.#look(key));
    if (looked.kind === "gone") return this.#release(key);
    if (looked.kind === "passed") return "done";
    this.#rememberLive(key, before, looked.live);
    const { outcome } = looked;
    const reason = outcome.kind === "problem" ? outcome.reason : undefined;
    this.#options.blocked(key, reason === "NotOwned" || reason === "FieldConflict");
    await this.#tell(key, looked.tracked, outcome);
    if (reason !== undefined && isTransient(reason)) return "retry";
    known.source.letGo(key);
    return "done";
  }

  /** What the watch has shown since we looked may be newer than our own write: it stands, and has asked for another look. */
  #rememberLive(key: string, before: LiveSecret | undefined, live: LiveSecret | undefined): void {
    const { secrets } = this.#options.known;
    const meanwhile = secrets.get(key);
    if (meanwhile !== before && meanwhile?.resourceVersion !== live?.resourceVersion) return;
    if (live === undefined) secrets.delete(key);
    else secrets.set(key, live);
  }

  /** What can be said without looking; undefined where it takes a look. */
  async #say(key: string, tracked: Tracked): Promise<Looked | undefined> {
    const { known, target } = this.#options;
    const { spec } = tracked;
    const live = known.secrets.get(key);
    const problem = (objection: Objection): Looked => {
      return { kind: "looked", tracked, outcome: { kind: "problem", ...objection, entries: entriesOf(spec) }, live };
    };
    if (spec.kind === "invalid") return problem(spec.objection);
    const { wanted } = spec;
    const way = gate(wanted, { judged: target.judge(wanted), isMade: isMade(tracked, live) });
    switch (way.kind) {
      case "refused":
        return problem(way.objection);
      case "suspended":
        return { kind: "looked", tracked, outcome: { kind: "suspended" }, live };
      case "made":
        return { kind: "looked", tracked, outcome: unchangedOutcome(tracked, wanted, live as LiveSecret), live };
      case "look":
        return undefined;
    }
  }

  async #look(key: string): Promise<Looked> {
    const { known, target, telling } = this.#options;
    const reading = await known.source.read(key);
    const tracked = known.sealed.get(key);
    if (reading.kind === "gone" || tracked === undefined) return { kind: "gone" };
    // Its tokens were read anew: it may be another object by now.
    if (tracked.isDeleting) return { kind: "passed" };
    const said = await this.#say(key, tracked);
    if (said !== undefined) return said;
    const { spec } = tracked;
    if (reading.kind === "invalid" || spec.kind === "invalid" || spec.wanted !== reading.wanted)
      return { kind: "passed" };
    const { wanted } = reading;
    const means = this.#means();
    const settlement = await settle(target, this.#orderOf(tracked, reading), means);
    const { settled, warnings } = settlement;
    for (const { reason, message } of warnings) telling.warned(key, tracked.uid, reason, message);
    if (settled.kind === "written") telling.wrote(key, tracked.uid, settled.cause, wanted.keys.size);
    if (settled.kind === "refused") telling.opened(settled.objection.reason, 1);
    else telling.opened("ok", settled.slots.size);
    const outcome = settledOutcome(tracked, wanted, settlement, means);
    return { kind: "looked", tracked, outcome, live: settled.stamp };
  }

  #orderOf({ status, generation }: Tracked, { wanted, sealed }: Desired): Order {
    const marks = marksOf(status);
    const ready = conditionOf(status, READY);
    const wasReady = ready?.status === "True" || ready?.reason === "DriftDetected";
    const isApplied = wasReady && status?.observedGeneration === generation && status.secret !== undefined;
    return { wanted, sealed, holding: { written: new Set(marks.keys()) }, isApplied, marks };
  }

  #means() {
    const { engine, keys, acceptSuites, acceptScopes, rollback, signatures } = this.#options;
    return {
      engine,
      keyring: keys.keyring,
      retiredKeys: keys.retired,
      acceptSuites,
      acceptScopes,
      signatures: signatures?.policy,
      rollback: { policy: rollback, nowSeconds: BigInt(Math.floor(Date.now() / 1000)) },
    } satisfies Means;
  }

  /** A Secret whose SealedSecret is gone. */
  async #release(key: string): Promise<"done" | "retry"> {
    const { known, telling, target, api } = this.#options;
    // Where the API server still has it, it is another shard's, or on its way to us.
    if (known.secrets.has(key) && (await api.getSealed(key)) === undefined) {
      const performed = await target.remove(key);
      if (performed.kind !== "done") return "retry";
      if (performed.isChanged) telling.released(key);
    }
    if (!known.sealed.has(key)) known.secrets.delete(key);
    return "done";
  }

  async #tell(key: string, tracked: Tracked, outcome: Outcome): Promise<void> {
    const { api, known, telling } = this.#options;
    const { generation, request } = tracked;
    const status = nextStatus(tracked.status, outcome, { generation, now: rfc3339(new Date()), request });
    if (sameStatus(tracked.status, status)) return;
    const resourceVersion = await api.patchStatus(key, tracked.uid, statusPatch(tracked.status, status));
    known.source.told(key, tracked, { status, resourceVersion });
    telling.settled(key, tracked.uid, tracked.status, status);
  }
}
