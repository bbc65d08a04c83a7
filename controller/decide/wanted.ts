/** What a Secret is wanted to be, apart from its values: what a source gives, and a target judges. Pure. */
import { digestOf, type SealedSecret, type SecretShape, type SyncPolicy } from "../../src/model/index.ts";

/** One object as Git, or the API server, wants it. */
export type Wanted = {
  readonly namespace: string;
  readonly name: string;
  /** Of the SealedSecret as an object of a cluster; "" where it is in a file. */
  readonly uid: string;
  readonly shape: SecretShape;
  readonly policy: SyncPolicy;
  readonly keys: ReadonlySet<string>;
  /** Of everything that decides what is written. */
  readonly digest: string;
};

/** What an object wants. uid: see Wanted. */
export function wantedOf(sha256: (message: Uint8Array) => Uint8Array, sealed: SealedSecret, uid: string): Wanted {
  const { namespace, name, shape, policy, entries } = sealed;
  return { namespace, name, uid, shape, policy, keys: new Set(entries.keys()), digest: digestOf(sha256, sealed) };
}
