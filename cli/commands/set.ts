/** `lacre set`: one entry, without any private key. */
import { wipe } from "../../src/bytes.ts";
import { sealToken } from "../../src/crypto/index.ts";
import { parseKey, parseScope, refuseSlots, type Slot } from "../../src/model/index.ts";
import { type CommandContext, unixSeconds } from "../context.ts";
import { readSource } from "../files/files.ts";
import { openSealCache } from "../files/seal-cache.ts";
import {
  changeEntries,
  inheritedScope,
  placeOf,
  refuseStdin,
  selectObject,
  warnOfOtherKeys,
} from "../files/sealed-file.ts";
import { readValue, type ValueOptions } from "../files/value.ts";
import { loadRecipients, namespaceFor, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";

type SetOptions = RecipientOptions & SignOptions & ValueOptions & { readonly object?: string; readonly scope?: string };

/** Seals one value into the file. The value is asked for last, when everything else is known to be right. */
export async function setEntry(context: CommandContext, file: string, key: string, options: SetOptions): Promise<void> {
  refuseStdin(file);
  parseKey(key);
  const { sealed: shown } = selectObject(await readSource(context, file), options.object);
  refuseSlots(key, shown.entries.get(key));
  const engine = await context.engine();
  const named = await loadRecipients(context, options);
  namespaceFor(named, shown.namespace);
  const recipients = named.keys;
  const sealer = await loadSealer(context, options);
  const cache = openSealCache(context, engine);
  const value = await readValue(context, key, options);
  try {
    const changed = await changeEntries(context, file, options.object, (sealed) => {
      const scope = options.scope === undefined ? inheritedScope(sealed, key) : parseScope(options.scope);
      const place = placeOf(sealed, key);
      const current = sealed.entries.get(key)?.[0];
      const wanted = {
        scope,
        keyIds: recipients
          .map(({ keyId }) => keyId)
          .sort()
          .join(),
        sealer: sealer.sealer?.keyId,
      };
      if (current !== undefined && isLike(current, wanted) && cache.holds(current.text, place, value)) return new Map();
      warnOfOtherKeys(context, sealed, recipients);
      const token = sealToken(engine, { value, scope, place, recipients, sealedAt: unixSeconds(context), ...sealer });
      cache.remember(token, place, value);
      return new Map([[key, token]]);
    });
    cache.save();
    tellRecipients(context, named, options);
    context.say(changed ? `sealed ${key} in ${file}` : `${key} holds this value already; ${file} is unchanged`);
  } finally {
    wipe(value);
  }
}

type Likeness = { readonly scope: string; readonly keyIds: string; readonly sealer: string | undefined };

function isLike({ token, keyIds }: Slot, wanted: Likeness): boolean {
  if (wanted.sealer !== undefined && token?.signature?.sealerKeyId !== wanted.sealer) return false;
  return token?.scope === wanted.scope && keyIds.join() === wanted.keyIds;
}
