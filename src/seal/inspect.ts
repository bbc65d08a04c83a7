/** What a SealedSecret says about itself without any key: who can open it, since when, and whether it is where it belongs. */
import type { Engine } from "../crypto/engine.ts";
import { isAt } from "../crypto/open-token.ts";
import type { Scope } from "../model/context.ts";
import { slotsOf } from "../model/entry.ts";
import type { KeyId } from "../model/key-id.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import type { Suite } from "../model/suite.ts";
import { sealedAtDate } from "../model/token.ts";

/** One value. environment: undefined where it is the only one of its key. `belongs` is false for a token that was moved here from elsewhere. */
export type EntryReport =
  | { readonly key: string; readonly environment?: string; readonly wellFormed: false }
  | {
      readonly key: string;
      readonly environment?: string;
      readonly wellFormed: true;
      readonly scope: Scope;
      readonly suite: Suite;
      readonly keyIds: readonly KeyId[];
      readonly sealedAt: Date | undefined;
      readonly signed: boolean;
      /** Whose signature it says it carries; whether that is true, verify tells. */
      readonly sealer?: KeyId;
      readonly belongs: boolean;
    };

/** A report on every value, in the order of the manifest. */
export function inspectSealed(engine: Engine, sealed: SealedSecret): readonly EntryReport[] {
  return slotsOf(sealed.entries).map(({ key, slot }) => {
    const { token, environment, keyIds } = slot;
    const which = { key, ...(environment !== undefined && { environment }) };
    if (token === undefined) return { ...which, wellFormed: false };
    return {
      ...which,
      wellFormed: true,
      scope: token.scope,
      suite: token.suite,
      keyIds,
      sealedAt: sealedAtDate(token),
      signed: token.signature !== undefined,
      ...(token.signature !== undefined && { sealer: token.signature.sealerKeyId }),
      belongs: isAt(engine, token, { namespace: sealed.namespace, name: sealed.name, key }),
    };
  });
}
