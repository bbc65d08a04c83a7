/** Looks at one object, decides, acts, and tells: the same for a new object, a change, a deletion and a hand edit. */

import { wipe } from "../../src/bytes.ts";
import type { Engine } from "../../src/crypto/index.ts";
import { parseToken, rfc3339, type Scope, type SealedSecret, type Suite } from "../../src/model/index.ts";
import { type Action, type Cause, decide, type Live, type Means } from "../decide/decide.ts";
import { countedEntries, type RollbackPolicy, raiseMarks } from "../decide/high-water.ts";
import type { Objection, Reason } from "../decide/problem.ts";
import type { HeldKeys } from "../keys/held-keys.ts";
import type { KubeApi } from "../kube/api.ts";
import { toApiError } from "../kube/client.ts";
import { Fenced } from "../kube/fence.ts";
import type { ObjectStatus, SecretObject } from "../kube/object.ts";
import { conditionOf } from "../kube/object.ts";
import type { SealersFile } from "../sealers-file.ts";
import { pickSlots } from "../sources/sealed-object.ts";
import type { OperatorConsent } from "../targets/consent.ts";
import { refuseName, refuseOwnName, refuseType } from "../targets/driving.ts";
import { frozenBy, isOurs, objectionOf, readLive, type Wanted } from "../targets/secret-object.ts";
import { apiObjection } from "./api-objection.ts";
import type { Known } from "./known.ts";
import { SecretWriter } from "./secret-writer.ts";
import { isTransient, marksOf, nextStatus, type Outcome, sameStatus } from "./status.ts";
import { isHeavy, isMade, type LiveSecret, remember, type Tracked, track } from "./tracked.ts";

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
  readonly engine: Engine;
  readonly keys: HeldKeys;
  readonly acceptSuites: ReadonlySet<Suite>;
  readonly acceptScopes: ReadonlySet<Scope>;
  /** undefined: nobody asks for signatures. */
  readonly signatures: SealersFile | undefined;
  readonly rollback: RollbackPolicy;
  readonly allowMetadata: readonly string[];
  /** What the operator consents to be taken over. */
  readonly adopt: OperatorConsent;
  /** The controller's own namespace. */
  readonly keyNamespace: string;
  /** True where it is a namespace for SealedSecrets too; its own names stay reserved. */
  readonly isKeyNamespaceShared: boolean;
  readonly telling: Telling;
  /** Called while something that is not ours is in an object's place, so that its going is noticed. */
  readonly blocked: (key: string, isBlocked: boolean) => void;
};

type Looked = { readonly outcome: Outcome; readonly live: LiveSecret | undefined };

/** What was found when an object was looked at. */
type Seen = {
  readonly key: string;
  readonly tracked: Tracked;
  readonly wanted: Wanted;
  readonly picked: SealedSecret;
  readonly secret: SecretObject | undefined;
  readonly live: Live | undefined;
};

/** Reconciles objects, one at a time for each key. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #writer: SecretWriter;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { api, keys } = options;
    this.#writer = new SecretWriter({ api, macKey: () => keys.macKey });
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
    const tracked = await this.#current(key);
    if (tracked === undefined) return this.#release(key);
    if (tracked.isDeleting) return "done";
    const { secrets } = this.#options.known;
    const before = secrets.get(key);
    const { outcome, live } = await this.#look(key, tracked);
    const meanwhile = secrets.get(key);
    // What the watch has shown since we looked may be newer than our own write: it stands, and has asked for another look.
    if (meanwhile === before || meanwhile?.resourceVersion === live?.resourceVersion) {
      if (live === undefined) secrets.delete(key);
      else secrets.set(key, live);
    }
    this.#options.blocked(
      key,
      outcome.kind === "problem" && (outcome.reason === "NotOwned" || outcome.reason === "FieldConflict"),
    );
    await this.#tell(key, tracked, outcome);
    const isAgain = outcome.kind === "problem" && isTransient(outcome.reason);
    // The tokens have done their work: they are read again from the API server when they are needed.
    if (!isAgain || isHeavy(tracked)) tracked.slotted = undefined;
    return isAgain ? "retry" : "done";
  }

  /** The object with its tokens; undefined when there is none any more. */
  async #current(key: string): Promise<Tracked | undefined> {
    const tracked = this.#options.known.sealed.get(key);
    if (tracked === undefined || tracked.slotted !== undefined || "reason" in tracked.wanted) return tracked;
    const live = this.#options.known.secrets.get(key);
    if (isMade(tracked, live) || tracked.wanted.policy.suspend) return tracked;
    const object = await this.#options.api.getSealed(key);
    if (object === undefined) return undefined;
    const fresh = track(object, this.#options.allowMetadata);
    this.#options.known.sealed.set(key, fresh);
    return fresh;
  }

  async #look(key: string, tracked: Tracked): Promise<Looked> {
    const { wanted } = tracked;
    const known = this.#options.known.secrets.get(key);
    const total = "reason" in wanted ? 0 : wanted.keys.size;
    const problem = (objection: Objection): Looked => ({
      outcome: { kind: "problem", ...objection, entries: total },
      live: known,
    });
    if ("reason" in wanted) return problem(wanted);
    const forbidden = this.#refusePlace(wanted) ?? refuseName(wanted.name) ?? refuseType(wanted.shape.type);
    if (forbidden !== undefined) return problem(forbidden);
    if (wanted.policy.suspend) return { outcome: { kind: "suspended" }, live: known };
    if (isMade(tracked, known) && tracked.status?.secret?.uid === known.uid)
      return { outcome: unchanged(tracked, wanted, known), live: known };
    try {
      return await this.#settle(key, tracked, wanted);
    } catch (error) {
      if (error instanceof Fenced) throw error;
      const failure = toApiError(error);
      if (failure.kind === "not-found") throw failure;
      return { ...problem(apiObjection(failure, wanted)), live: undefined };
    }
  }

  #refusePlace({ namespace, name }: Wanted): Objection | undefined {
    const { keyNamespace, isKeyNamespaceShared } = this.#options;
    if (namespace !== keyNamespace) return undefined;
    if (isKeyNamespaceShared) return refuseOwnName(name);
    return { reason: "NamespaceNotAllowed", message: "nothing is written into the controller's own namespace" };
  }

  /** Reads the live Secret, decides, and does what was decided. */
  async #settle(key: string, tracked: Tracked, wanted: Wanted): Promise<Looked> {
    const { engine, keys, api } = this.#options;
    const entries = wanted.keys.size;
    if (tracked.slotted === undefined)
      return {
        outcome: { kind: "problem", reason: "InvalidSpec", message: "spec.entries is missing", entries },
        live: undefined,
      };
    const picked = pickSlots(engine, keys.keyring, tracked.slotted);
    if ("reason" in picked)
      return { outcome: { kind: "problem", ...picked, entries }, live: this.#options.known.secrets.get(key) };
    const marks = marksOf(tracked.status);
    const secret = await api.getSecret(key);
    const live = secret && readLive(wanted, secret);
    try {
      const wasSettled =
        tracked.status?.observedGeneration === tracked.generation && tracked.status.secret !== undefined;
      const actions = decide(
        {
          object: key,
          desired: picked,
          isOurs: secret !== undefined && isOurs(wanted, secret),
          isApplied: wasSettled && isReadyOrDrifted(tracked.status),
          live,
          deletion: wanted.policy.deletion,
          objection: objectionOf(wanted, secret, new Set(marks.keys()), this.#options.adopt),
          frozen: frozenBy(wanted, secret),
          marks,
        },
        this.#means(),
      );
      return await this.#perform({ key, tracked, wanted, picked, secret, live }, actions);
    } finally {
      wipe(...(live?.values.values() ?? []));
    }
  }

  #means(): Means {
    const { engine, keys, acceptSuites, acceptScopes, rollback } = this.#options;
    return {
      engine,
      keyring: keys.keyring,
      retiredKeys: keys.retired,
      acceptSuites,
      acceptScopes,
      signatures: this.#options.signatures?.policy,
      rollback: { policy: rollback, nowSeconds: nowSeconds() },
    };
  }

  async #perform(seen: Seen, actions: readonly Action[]): Promise<Looked> {
    const { tracked, wanted, picked, secret } = seen;
    const { engine, telling, keys, signatures } = this.#options;
    const notes = notesOnDropped(tracked);
    let live = secret && remember(secret, wanted, keys.macKey);
    let isChanged = false;
    for (const action of actions) {
      const objection = action.kind === "report" ? action : await this.#do(seen, action, live, notes);
      if (objection !== undefined && "reason" in objection) {
        telling.opened(objection.reason, 1);
        return { outcome: problemOf(objection, wanted), live };
      }
      isChanged ||= action.kind === "write";
      live = objection ?? live;
    }
    if (live === undefined) return { outcome: { kind: "suspended" }, live };
    telling.opened("ok", picked.entries.size);
    const outcome: Outcome = {
      kind: "synced",
      entries: picked.entries.size,
      keyIds: openingKeys(picked, keys),
      secret: { uid: live.uid, type: wanted.shape.type },
      marks: raiseMarks(marksOf(tracked.status), countedEntries(engine, picked, signatures?.policy), {
        nowSeconds: nowSeconds(),
        present: picked.entries,
      }),
      isChanged,
      notes,
    };
    return { outcome, live };
  }

  /** Does one thing: the Secret as it is afterwards, or why not. Notes are for the message of a success. */
  async #do(
    seen: Seen,
    action: Exclude<Action, { readonly kind: "report" }>,
    live: LiveSecret | undefined,
    notes: string[],
  ): Promise<LiveSecret | Objection | undefined> {
    const { key, tracked, wanted, secret } = seen;
    const { telling } = this.#options;
    switch (action.kind) {
      case "warn":
        notes.push(action.message);
        telling.warned(key, tracked.uid, action.reason, action.message);
        return live;
      case "write": {
        const written = await this.#writer.write(wanted, action.secret, secret);
        if (!("reason" in written)) telling.wrote(key, tracked.uid, action.cause, wanted.keys.size);
        return written;
      }
      case "keep":
        if (action.isDifferent) notes.push("hand edits stay: driftPolicy is Ignore");
        return live !== undefined && live.settledFor === undefined && !action.isDifferent
          ? await this.#mark(seen, live)
          : live;
      case "skip":
      case "remove":
      case "forget":
        return live;
    }
  }

  /** The values are right and come from other tokens than the mark says, as after resealing: only the mark is written. */
  async #mark({ wanted, secret, live }: Seen, known: LiveSecret): Promise<LiveSecret> {
    if (live === undefined) return known;
    const values = new Map([...live.values].map(([name, value]) => [name, Uint8Array.from(value)]));
    const { namespace, name, shape } = wanted;
    const written = await this.#writer.write(wanted, { namespace, name, shape, values }, secret);
    return "reason" in written ? known : written;
  }

  async #release(key: string): Promise<"done"> {
    const { known, telling } = this.#options;
    if (known.secrets.has(key) && (await this.#writer.release(key))) telling.released(key);
    if (!known.sealed.has(key)) known.secrets.delete(key);
    return "done";
  }

  async #tell(key: string, tracked: Tracked, outcome: Outcome): Promise<void> {
    const about = {
      generation: tracked.generation,
      now: rfc3339(new Date()),
      request: tracked.request,
    };
    const status = nextStatus(tracked.status, outcome, about);
    if (sameStatus(tracked.status, status)) return;
    const resourceVersion = await this.#options.api.patchStatus(key, tracked.uid, removals(tracked.status, status));
    const latest = this.#options.known.sealed.get(key);
    // What the watch brought meanwhile is newer than what was told.
    if (latest?.uid === tracked.uid)
      this.#options.known.sealed.set(key, { ...latest, status, ...(latest === tracked && { resourceVersion }) });
    this.#options.telling.settled(key, tracked.uid, tracked.status, status);
  }
}

/** A merge patch leaves what it does not name: fields that go are named as null. */
function removals(before: ObjectStatus | undefined, after: ObjectStatus): object {
  const gone = Object.keys(before ?? {}).filter((field) => !(field in after));
  return { ...after, ...Object.fromEntries(gone.map((field) => [field, null])) };
}

function nowSeconds(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}

function isReadyOrDrifted(status: ObjectStatus | undefined): boolean {
  const ready = conditionOf(status, "Ready");
  return ready?.status === "True" || ready?.reason === "DriftDetected";
}

/** The outcome for a Secret that is known to be right: told from the status, nothing is opened. */
function unchanged(tracked: Tracked, wanted: Wanted, live: LiveSecret): Outcome {
  return {
    kind: "synced",
    entries: wanted.keys.size,
    keyIds: tracked.status?.keyIds ?? [],
    secret: { uid: live.uid, type: wanted.shape.type },
    marks: marksOf(tracked.status),
    isChanged: false,
    notes: notesOf(tracked.status),
  };
}

/** What was noted before stays noted while the generation stays. */
function notesOf(status: ObjectStatus | undefined): readonly string[] {
  const ready = conditionOf(status, "Ready");
  return ready?.reason === "Synced" ? ready.message.split("; ").slice(1) : [];
}

function problemOf({ reason, message }: Objection, wanted: Wanted): Outcome {
  return { kind: "problem", reason, message, entries: wanted.keys.size };
}

function notesOnDropped({ dropped }: Tracked): string[] {
  if (dropped.length === 0) return [];
  return [`not on the allow-list and left out: ${dropped.slice(0, 5).join(", ").slice(0, 300)}`];
}

function openingKeys(picked: SealedSecret, keys: HeldKeys): readonly string[] {
  const ids = new Set<string>();
  for (const text of picked.entries.values()) {
    const stanza = parseToken(text)?.stanzas.find(({ keyId }) => keys.keyring.find(keyId) !== undefined);
    if (stanza !== undefined) ids.add(stanza.keyId);
  }
  return [...ids].sort();
}
