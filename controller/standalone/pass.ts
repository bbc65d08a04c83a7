/** One pass: look at the source and at the target, plan, settle what is due, remember. The next pass would do the same again. */
import type { Engine } from "../../src/crypto/index.ts";
import type { Scope, SealedSecret, Suite } from "../../src/model/index.ts";
import { type Cause, decideGone, type Means } from "../decide/decide.ts";
import { gate } from "../decide/gate.ts";
import { type Plan, plan } from "../decide/plan.ts";
import { describe, type Objection, type Problem } from "../decide/problem.ts";
import type { KeyFiles, Opening } from "../keys/key-files.ts";
import type { SealersFile } from "../sealers-file.ts";
import { type Order, type Settled, settle } from "../settle.ts";
import type { FileSource, Listed, Listing } from "../sources/file-source.ts";
import type { Desired } from "../sources/source.ts";
import type { Target } from "../targets/target.ts";
import { digestOfVersion1 } from "./digest-of-version-1.ts";
import type { Inventory, InventoryRecord } from "./inventory.ts";
import type { Memory } from "./memory.ts";
import { notRead, type PassResult } from "./pass-result.ts";

/** What passes work with. */
export type PassOptions = {
  readonly engine: Engine;
  readonly source: FileSource;
  readonly target: Target;
  readonly keys: KeyFiles;
  /** undefined: nobody asks for signatures. */
  readonly signatures: SealersFile | undefined;
  readonly memory: Memory;
  readonly allowEmpty: boolean;
  readonly acceptSuites: ReadonlySet<Suite>;
  readonly acceptScopes: ReadonlySet<Scope>;
  /** Asked between two objects: true ends the pass early. */
  readonly isStopping: () => boolean;
};

type Tally = {
  writes: { object: string; cause: Cause }[];
  removed: string[];
  kept: number;
  problems: Problem[];
};

// Objects between two turns of the event loop, so that probes are answered during a long pass.
const TURN = 32;
// Written again during long passes: a kill loses the memory of at most this many objects, which are then looked at again.
const SAVE_EVERY = 2_000;

/** Keeps a target equal to a source, pass by pass. */
export class Passes {
  readonly #options: PassOptions;
  readonly #inventory: Inventory;

  constructor(options: PassOptions) {
    this.#options = options;
    this.#inventory = options.memory.inventory;
  }

  /** Runs one pass. Never throws for what can go wrong outside: that is in the report. */
  async pass(): Promise<PassResult> {
    let listing: Listing;
    let opening: Opening;
    try {
      opening = this.#options.keys.current();
      listing = await this.#options.source.list(this.#inventory.files);
    } catch (error) {
      return notRead(error);
    }
    const { index, problem } = listing;
    const told = [...(problem === undefined ? [] : [{ subject: "source", ...problem }]), ...index.problems];
    const seen = await this.#options.target.glance([...index.objects.keys()]);
    if (!seen.ok)
      return this.#report(listing, { kept: 0, problems: [...told, { subject: "target", ...seen.objection }] });
    const todo = plan(index, this.#inventory, seen.stamps, this.#options);
    const tally = { writes: [], removed: [], kept: todo.settled, problems: [...told, ...todo.problems] };
    await this.#do(listing, todo, seen.stamps, opening, tally);
    return this.#report(listing, tally);
  }

  async #do(
    { index }: Listing,
    todo: Plan,
    stamps: ReadonlyMap<string, string>,
    opening: Opening,
    tally: Tally,
  ): Promise<void> {
    const { memory } = this.#options;
    memory.hold(index, todo);
    memory.rememberFiles(index);
    if (memory.claim(todo.due.filter(({ object }) => !stamps.has(object)))) this.#save(tally);
    for (const [count, listed] of todo.due.entries()) {
      if (this.#options.isStopping()) break;
      if (count % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
      if (count % SAVE_EVERY === SAVE_EVERY - 1) this.#save(tally);
      await this.#settle(listed, opening, tally);
    }
    for (const object of todo.orphans) if (!this.#options.isStopping()) await this.#settleGone(object, tally);
    if (memory.isChanged) this.#save(tally);
  }

  #report(
    { index, problem }: Listing,
    { kept, problems, writes = [], removed = [] }: Partial<Tally> & Pick<Tally, "kept" | "problems">,
  ): PassResult {
    const { revision, objects } = index;
    const isNewest = problem === undefined;
    return { revision, sourceRead: true, isNewest, objects: objects.size, writes, removed, unchanged: kept, problems };
  }

  #save(tally: Tally): void {
    try {
      this.#options.memory.save();
    } catch (error) {
      const message = describe(error, "the inventory cannot be written");
      tally.problems.push({ subject: "inventory", reason: "WriteFailed", message });
    }
  }

  async #settle(listed: Listed, opening: Opening, tally: Tally): Promise<void> {
    const { object } = listed;
    const complain = (objection: Objection) => tally.problems.push({ subject: object, ...objection });
    try {
      const reading = await this.#options.source.read(object);
      // What changed since it was listed waits for the next pass.
      if (reading.kind === "gone") return;
      if (reading.kind === "invalid") return void complain(reading.objection);
      const way = gate(reading.wanted, { judged: this.#options.target.judge(reading.wanted), isMade: false });
      if (way.kind === "refused") return void complain(way.objection);
      if (way.kind !== "look") return void tally.kept++;
      const order = this.#orderOf(listed, reading, tally);
      const { settled, warnings } = await settle(this.#options.target, order, this.#meansOf(opening));
      for (const warning of warnings) complain(warning);
      if (settled.kind === "refused") complain(settled.objection);
      else this.#remember(listed, settled, tally);
    } catch (error) {
      complain({ reason: "WriteFailed", message: describe(error, "it could not be written") });
    }
  }

  #orderOf(listed: Listed, { wanted, sealed }: Desired, tally: Tally): Order {
    const record = this.#inventory.objects.get(listed.object);
    return {
      wanted,
      sealed,
      holding: record,
      isApplied: this.#wasApplied(listed, sealed, record),
      claim: (cause, adopted) => {
        if (cause !== "adopted") return;
        this.#options.memory.claimAdopted(listed, adopted);
        this.#save(tally);
      },
    };
  }

  /** True when this very object was applied, by this version or by the one before. */
  #wasApplied({ digest }: Listed, sealed: SealedSecret, record: InventoryRecord | undefined): boolean {
    if (record === undefined) return false;
    return record.digest === digest || record.digest === digestOfVersion1(this.#options.engine.sha256, sealed);
  }

  #meansOf({ keyring, retired }: Opening): Means {
    const { engine, acceptSuites, acceptScopes, signatures } = this.#options;
    return { engine, keyring, acceptSuites, acceptScopes, retiredKeys: retired, signatures: signatures?.policy };
  }

  #remember(listed: Listed, settled: Exclude<Settled<string>, { readonly kind: "refused" }>, tally: Tally): void {
    const { object } = listed;
    this.#options.memory.remember(listed, settled.stamp, settled.adopted);
    if (settled.kind === "written") tally.writes.push({ object, cause: settled.cause });
    else tally.kept++;
  }

  async #settleGone(object: string, tally: Tally): Promise<void> {
    const record = this.#inventory.objects.get(object);
    if (record === undefined) return;
    const deletion = decideGone(record.policy, record.adopted);
    const performed = await this.#options.target.remove(object, deletion);
    // It stays in the inventory, so that the next pass tries again.
    if (performed.kind === "failed") tally.problems.push({ subject: object, ...performed.objection });
    if (performed.kind !== "done") return;
    if (deletion === "Delete") tally.removed.push(object);
    this.#options.memory.forget(object);
  }
}
