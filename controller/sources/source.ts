/** What Git says, one object at a time, wherever it is kept: files of a directory or of a clone, or objects of the API server. */
import type { SealedSecret } from "../../src/model/index.ts";
import type { Objection } from "../decide/problem.ts";
import type { Wanted } from "../decide/wanted.ts";

/** An object as it is wanted, with its entries read. */
export type Desired = { readonly wanted: Wanted; readonly sealed: SealedSecret };

/** What a source has of an object. */
export type Reading =
  | ({ readonly kind: "desired" } & Desired)
  /** It is there, and cannot be read as it stands. */
  | { readonly kind: "invalid"; readonly objection: Objection }
  /** It is gone, or is no longer what was listed: its change is on its way. */
  | { readonly kind: "gone" };

/** A source of SealedSecrets. Which there are, it lists or is told in a way of its own; the tokens are read here, when they are needed. */
export interface Source {
  /** What it is, without any credential. */
  readonly name: string;
  /** An object, `namespace/name`, with its entries. What goes wrong outside is thrown. */
  read(object: string): Promise<Reading>;
}
