/** Where opened Secrets go. Every target is one of these, and the two ways to run know nothing else of it. */
import type { PlainSecret, SyncPolicy } from "../../src/model/index.ts";
import type { Objection } from "../decide/problem.ts";
import type { Wanted } from "../decide/wanted.ts";
import type { Adoption } from "./consent.ts";

/** Values of a Secret by key. Who asked for them wipes them. */
export type Values = ReadonlyMap<string, Uint8Array>;

/** What is remembered outside of the target of an object that is ours; undefined where nothing is. */
export type Holding = {
  /** How it was taken over, where it was there before. */
  readonly adopted?: Adoption | undefined;
  /** Keys that we are known to have written. */
  readonly written?: ReadonlySet<string>;
};

/** What lies in an object's place. S: its stamp, which is another one whenever anything about the object changed. */
export type Found<S> = {
  /** undefined: nothing is there. */
  readonly stamp: S | undefined;
  /** The values that the object is about; undefined where nothing is. isIntact is false where values are right but all around them is not. */
  readonly live: { readonly values: Values; readonly isIntact: boolean } | undefined;
  /** True for what we wrote. */
  readonly isOurs: boolean;
  /** How it would be taken over, or was. */
  readonly adopted: Adoption | undefined;
  /** What stands against writing, whatever the values are. */
  readonly objection: Objection | undefined;
  /** Why what is there cannot be changed; being equal is fine. */
  readonly frozen: Objection | undefined;
};

/** What was seen, or that nothing can be told: then nothing is done, and nothing removed. */
export type Sight<F> = { readonly ok: true; readonly found: F } | { readonly ok: false; readonly objection: Objection };

/** Stamps by object of what is there; or that nothing can be told. */
export type Glance<S> =
  | { readonly ok: true; readonly stamps: ReadonlyMap<string, S> }
  | { readonly ok: false; readonly objection: Objection };

/** What came of doing something. */
export type Performed<S> =
  /** stamp: undefined where nothing of ours is left. isChanged is false where nothing had to be done. */
  | { readonly kind: "done"; readonly stamp: S | undefined; readonly isChanged: boolean }
  /** It is no longer as it was found: look again. */
  | { readonly kind: "conflict" }
  | { readonly kind: "failed"; readonly objection: Objection };

/** A target of opened Secrets. Objects are called `namespace/name`. What goes wrong outside is in the results, and never thrown. */
export interface Target<S = string, F extends Found<S> = Found<S>> {
  /** What it is, without any credential. */
  readonly name: string;
  /** What it cannot hold, before anything is opened or sent. */
  judge(wanted: Wanted): Objection | undefined;
  /** A cheap look at many objects, without any value. */
  glance(objects: readonly string[]): Promise<Glance<S>>;
  /** What lies in an object's place, with its values. */
  observe(wanted: Wanted, holding: Holding | undefined): Promise<Sight<F>>;
  /** Makes the object equal to the Secret, over exactly what was found: a reader sees the old values or the new ones, never a mix. */
  write(wanted: Wanted, secret: PlainSecret, over: F): Promise<Performed<S>>;
  /** The values that were found are right: whatever else the target keeps to know that by is put in order. */
  confirm(wanted: Wanted, found: F): Promise<Performed<S>>;
  /**
   * Git no longer has it. Takes away what write made, or with "Orphan" only that it is ours. undefined: as the object itself says.
   * What others put there stays.
   */
  remove(object: string, deletion: SyncPolicy["deletion"] | undefined): Promise<Performed<S>>;
}
