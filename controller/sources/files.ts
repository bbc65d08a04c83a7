/** Files with SealedSecrets in them: a directory, or a commit of a clone. */
import type { Objection } from "../decide/problem.ts";

/** One file. The stamp changes whenever the content may have; undefined when only reading can tell. */
export type SourceFile = {
  readonly path: string;
  readonly stamp: string | undefined;
  readonly read: () => Promise<Uint8Array>;
};

/** All manifests of one moment: never two files of two commits. */
export type Snapshot = {
  readonly revision: string;
  readonly files: readonly SourceFile[];
  /** Why this is not the newest state. */
  readonly problem?: Objection;
};

/** A place of files that can be asked again and again. */
export interface Files {
  /** What it is, without any credential. */
  readonly name: string;
  snapshot(): Promise<Snapshot>;
  close(): void;
}
