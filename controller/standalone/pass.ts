/** One pass: look at the source and at the target, decide, do, remember. The next pass would do the same again. */
import { toHex, utf8, wipe } from "../../src/bytes.ts";
import type { Engine } from "../../src/crypto/index.ts";
import { type PlainSecret, type Scope, type SealedSecret, type Suite, wipeSecret } from "../../src/model/index.ts";
import { type Action, type Cause, decide, type Live, type Means, sameValues } from "../decide/decide.ts";
import { type Plan, plan } from "../decide/plan.ts";
import type { Problem } from "../decide/problem.ts";
import type { KeyFiles, Opening } from "../keys/key-files.ts";
import type { SealersFile } from "../sealers-file.ts";
import {
  type Desired,
  type IndexOptions,
  indexSource,
  readSealedFile,
  type SealedObject,
  type SourceIndex,
} from "../sources/index-source.ts";
import type { Snapshot, Source } from "../sources/source.ts";
import type { Adoption, OperatorConsent } from "../targets/consent.ts";
import { adoptionOf, objectionOf } from "../targets/directory-consent.ts";
import type { Target } from "../targets/target.ts";
import { type Inventory, type InventoryRecord, readInventory, writeInventory } from "./inventory.ts";
import { describe, notRead, type PassResult } from "./pass-result.ts";

/** What a reconciler works with. */
export type ReconcilerOptions = {
  readonly engine: Engine;
  readonly source: Source;
  readonly target: Target;
  readonly keys: KeyFiles;
  /** undefined: nobody asks for signatures. */
  readonly signatures: SealersFile | undefined;
  readonly inventoryFile: string;
  readonly namespace: string | undefined;
  readonly allowEmpty: boolean;
  readonly acceptSuites: ReadonlySet<Suite>;
  /** Where files that were there before may be taken over. */
  readonly adopt: OperatorConsent;
  readonly acceptScopes: ReadonlySet<Scope>;
  /** Asked between two objects: true ends the pass early. */
  readonly isStopping: () => boolean;
};

type Tally = {
  writes: { object: string; cause: Cause }[];
  removed: string[];
  kept: number;
  problems: Problem[];
  /** True once the inventory differs from what is on disk. */
  isInventoryChanged: boolean;
};

// Objects between two turns of the event loop, so that probes are answered during a long pass.
const TURN = 32;
// Written again during long passes: a kill loses the memory of at most this many objects, which are then looked at again.
const SAVE_EVERY = 2_000;

/** Keeps a target equal to a source. The inventory is its memory across passes and restarts. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #inventory: Inventory;
  readonly #indexing: IndexOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#inventory = readInventory(options.inventoryFile, options.source.name);
    const digest = (text: string) => toHex(options.engine.sha256(utf8(text)).subarray(0, 16));
    this.#indexing = { namespace: options.namespace, digest };
  }

  /** Runs one pass. Never throws for what can go wrong outside: that is in the report. */
  async pass(): Promise<PassResult> {
    let snapshot: Snapshot;
    let opening: Opening;
    try {
      opening = this.#options.keys.current();
      snapshot = await this.#options.source.snapshot();
    } catch (error) {
      return notRead(error);
    }
    const index = await indexSource(snapshot, this.#inventory.files, this.#indexing);
    const todo = plan(
      index,
      this.#inventory,
      (object) => this.#options.target.glance(object),
      this.#options.allowEmpty,
    );
    const refused = snapshot.problem === undefined ? [] : [{ subject: "source", ...snapshot.problem }];
    const problems = [...refused, ...index.problems, ...todo.problems];
    const isHeld = this.#hold(index, todo);
    const isInventoryChanged = this.#remember(index) || isHeld;
    const tally: Tally = { writes: [], removed: [], kept: 0, problems, isInventoryChanged };

    if (this.#claim(todo.due)) {
      tally.isInventoryChanged = true;
      this.#save(tally);
    }
    await this.#settle(snapshot, todo.due, opening, tally);
    for (const object of todo.orphans) this.#settleOrphan(object, opening, tally);
    if (tally.isInventoryChanged) this.#save(tally);
    return {
      revision: snapshot.revision,
      sourceRead: true,
      isNewest: snapshot.problem === undefined,
      objects: index.objects.size,
      writes: tally.writes,
      removed: tally.removed,
      unchanged: todo.settled + tally.kept,
      problems: tally.problems,
    };
  }

  /** Puts down where an object may be that is no longer where it was, and forgets that of one that was found. */
  #hold(index: SourceIndex, { held, maybeIn }: Plan): boolean {
    const { objects } = this.#inventory;
    const found = [...objects].filter(([object, record]) => record.maybeIn !== undefined && index.objects.has(object));
    for (const [object, { maybeIn: _, ...record }] of found) objects.set(object, record);
    for (const object of held) {
      const record = objects.get(object);
      if (record !== undefined) objects.set(object, { ...record, maybeIn: [...(record.maybeIn ?? []), ...maybeIn] });
    }
    return found.length + held.length > 0;
  }

  /** Keeps the index of files for the next pass. True when it differs from the last one. */
  #remember(index: SourceIndex): boolean {
    const { files, unreadable } = this.#inventory;
    this.#inventory.unreadable = index.unreadable;
    const isSame =
      files.size === index.files.size &&
      [...index.files].every(([path, file]) => files.get(path)?.stamp === file.stamp) &&
      unreadable?.size === index.unreadable.size &&
      [...index.unreadable].every(([path, stamp]) => unreadable.get(path) === stamp);
    if (isSame) return false;
    files.clear();
    for (const [path, file] of index.files) files.set(path, file);
    return true;
  }

  /** Puts new objects down as ours before they are written: a kill in between leaves nothing that nobody owns. */
  #claim(due: readonly Desired[]): boolean {
    const fresh = due.filter(
      ({ object }) => !this.#inventory.objects.has(object) && this.#options.target.glance(object) === undefined,
    );
    for (const { object, file, deletion } of fresh)
      this.#inventory.objects.set(object, { file, digest: "", fingerprint: "", deletion });
    return fresh.length > 0;
  }

  #save(tally: Tally): void {
    try {
      writeInventory(this.#options.inventoryFile, this.#inventory);
      tally.isInventoryChanged = false;
    } catch (error) {
      tally.problems.push({
        subject: "inventory",
        reason: "WriteFailed",
        message: describe(error, "the inventory cannot be written"),
      });
    }
  }

  async #settle(snapshot: Snapshot, due: readonly Desired[], opening: Opening, tally: Tally): Promise<void> {
    const files = new Map(snapshot.files.map((file) => [file.path, file]));
    let read: { readonly file: string; readonly objects: ReadonlyMap<string, SealedObject> } | undefined;
    for (const [count, desired] of due.entries()) {
      if (this.#options.isStopping()) return;
      if (count % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
      if (count % SAVE_EVERY === SAVE_EVERY - 1) this.#save(tally);
      const file = files.get(desired.file);
      try {
        if (read?.file !== desired.file && file !== undefined) {
          const objects = await readSealedFile(file, this.#indexing);
          read = { file: desired.file, objects: new Map(objects.map((one) => [one.indexed.object, one])) };
        }
        const found = read?.objects.get(desired.object);
        // What changed since it was indexed waits for the next pass.
        if (found?.indexed.digest === desired.digest) this.#settleOne(desired, found.sealed, opening, tally);
      } catch (error) {
        tally.problems.push({
          subject: desired.object,
          reason: "WriteFailed",
          message: describe(error, "it could not be written"),
        });
      }
    }
  }

  #settleOne(desired: Desired, sealed: SealedSecret, opening: Opening, tally: Tally): void {
    const { target } = this.#options;
    const record = this.#inventory.objects.get(desired.object);
    const live = target.read(desired.object);
    // What is gone is made anew, and is ours then.
    const adopted = live === undefined ? undefined : adoptionOf(sealed, record);
    try {
      const observed = {
        object: desired.object,
        desired: sealed,
        isOurs: record !== undefined,
        isApplied: record?.digest === desired.digest,
        live,
        deletion: desired.deletion,
        objection: objectionOf(sealed, target.occupant(desired.object), record, this.#options.adopt),
      };
      for (const action of decide(observed, this.#means(opening))) {
        if (action.kind === "write" && action.cause === "adopted") this.#claimAdopted(desired, adopted, tally);
        this.#perform(desired, action, tally, adopted);
      }
    } finally {
      wipe(...(live?.values.values() ?? []));
    }
  }

  #means({ keyring, retired }: Opening): Means {
    const { engine, acceptSuites, acceptScopes, signatures } = this.#options;
    return { engine, keyring, acceptSuites, acceptScopes, retiredKeys: retired, signatures: signatures?.policy };
  }

  /** As with new objects: a kill in between leaves nothing of which it is not known how it was taken over. */
  #claimAdopted({ object, file, deletion }: Desired, adopted: Adoption | undefined, tally: Tally): void {
    this.#inventory.objects.set(object, { file, digest: "", fingerprint: "", deletion, adopted });
    this.#save(tally);
  }

  #perform({ object, file, digest, deletion }: Desired, action: Action, tally: Tally, adopted?: Adoption): void {
    const settled = (): InventoryRecord => ({
      file,
      digest,
      deletion,
      fingerprint: this.#options.target.glance(object) ?? "",
      ...(adopted !== undefined && { adopted }),
    });
    switch (action.kind) {
      case "write":
        this.#write(object, action.secret, settled);
        tally.writes.push({ object, cause: action.cause });
        tally.isInventoryChanged = true;
        return;
      case "keep":
        this.#inventory.objects.set(object, settled());
        tally.kept++;
        tally.isInventoryChanged = true;
        return;
      case "warn":
      case "report":
        tally.problems.push({ subject: object, reason: action.reason, message: action.message });
        return;
      case "skip":
        tally.kept++;
        return;
      case "remove":
        this.#options.target.remove(object);
        tally.removed.push(object);
        this.#forget(object, tally);
        return;
      case "forget":
        this.#forget(object, tally);
        return;
    }
  }

  /** Writes, and believes it only when the values were read back after the fingerprint was taken. */
  #write(object: string, secret: PlainSecret, settled: () => InventoryRecord): void {
    try {
      this.#options.target.write(object, secret);
      const record = settled();
      this.#inventory.objects.set(
        object,
        isEqual(this.#options.target.read(object), secret) ? record : { ...record, fingerprint: "" },
      );
    } finally {
      wipeSecret(secret);
    }
  }

  #forget(object: string, tally: Tally): void {
    this.#inventory.objects.delete(object);
    tally.isInventoryChanged = true;
  }

  #settleOrphan(object: string, opening: Opening, tally: Tally): void {
    const record = this.#inventory.objects.get(object);
    if (record === undefined || this.#options.isStopping()) return;
    // What was taken over whole stays, as it was there before.
    const deletion = record.adopted === "IfUnowned" ? "Orphan" : record.deletion;
    const observed = { object, desired: undefined, isOurs: true, isApplied: false, live: undefined, deletion };
    try {
      for (const action of decide(observed, this.#means(opening))) this.#perform({ object, ...record }, action, tally);
    } catch (error) {
      // It stays in the inventory, so that the next pass tries again.
      tally.problems.push({
        subject: object,
        reason: "WriteFailed",
        message: describe(error, "it could not be removed"),
      });
    }
  }
}

function isEqual(live: Live | undefined, secret: PlainSecret): boolean {
  if (live === undefined) return false;
  const isSame = sameValues(live.values, secret.values);
  wipe(...live.values.values());
  return isSame;
}
