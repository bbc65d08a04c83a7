/** `lacre set`: an entry or several, without any private key. */
import { wipe } from "../../src/bytes.ts";
import { sealToken } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { type GeneratedForm, parseKey, parseScope, refuseSlots, type Slot } from "../../src/model/index.ts";
import { type Generated, generatedLength, generateValue } from "../../src/seal/index.ts";
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
import { NO_ARGUMENT } from "../options.ts";

type SetOptions = RecipientOptions &
  SignOptions &
  ValueOptions & {
    readonly object?: string;
    readonly scope?: string;
    readonly generate?: GeneratedForm;
    readonly length?: number;
    readonly weak?: boolean;
  };

/** Seals values into the file, one each. A value is asked for last, when everything else is known to be right. */
export async function setEntries(
  context: CommandContext,
  file: string,
  keys: readonly string[],
  options: SetOptions,
): Promise<void> {
  const generated = generatedOf(keys, options);
  refuseStdin(file);
  for (const key of keys) parseKey(key);
  const { sealed: shown } = selectObject(await readSource(context, file), options.object);
  for (const key of keys) refuseSlots(key, shown.entries.get(key));
  const engine = await context.engine();
  const named = await loadRecipients(context, options);
  namespaceFor(named, shown.namespace);
  const recipients = named.keys;
  const keyIds = recipients
    .map(({ keyId }) => keyId)
    .sort()
    .join();
  const sealer = await loadSealer(context, options);
  const cache = openSealCache(context, engine);
  const values = new Map<string, Uint8Array>();
  try {
    for (const key of keys) {
      const value = generated === undefined ? await readValue(context, key, options) : generateValue(engine, generated);
      values.set(key, value);
    }
    const changed = await changeEntries(context, file, options.object, (sealed) => {
      const changes = new Map<string, string>();
      for (const [key, value] of values) {
        const scope = options.scope === undefined ? inheritedScope(sealed, key) : parseScope(options.scope);
        const place = placeOf(sealed, key);
        const current = sealed.entries.get(key)?.[0];
        const wanted = {
          scope,
          keyIds,
          sealer: sealer.sealer?.keyId,
        };
        if (current !== undefined && isLike(current, wanted) && cache.holds(current.text, place, value)) continue;
        if (changes.size === 0) warnOfOtherKeys(context, sealed, recipients);
        const token = sealToken(engine, { value, scope, place, recipients, sealedAt: unixSeconds(context), ...sealer });
        cache.remember(token, place, value);
        changes.set(key, token);
      }
      return changes;
    });
    cache.save();
    tellRecipients(context, named, options);
    const list = keys.join(", ");
    const what = generated === undefined ? "" : keys.length === 1 ? "a generated value of " : "generated values of ";
    context.say(
      changed ? `sealed ${what}${list} in ${file}` : `${list} holds this value already; ${file} is unchanged`,
    );
  } finally {
    wipe(...values.values());
  }
}

/** What is to be generated; undefined where the value is given. USAGE for what does not go together. */
function generatedOf(keys: readonly string[], options: SetOptions): Generated | undefined {
  const { generate: form, length, weak } = options;
  if (form === undefined) {
    if (keys.length > 1)
      // Not repeated: what was taken for a second key may be a value.
      throw new LacreError("USAGE", "too many arguments: lacre set takes one key, or several with --generate", {
        hint: NO_ARGUMENT,
      });
    if (length === undefined && weak === undefined) return undefined;
    throw new LacreError("USAGE", "--length and --weak go with --generate", { hint: "lacre set FILE KEY --generate" });
  }
  if (new Set(keys).size < keys.length)
    throw new LacreError("USAGE", "a key is named twice", { hint: "name each key once" });
  const generated = { form, ...(length !== undefined && { length }), ...(weak !== undefined && { isWeak: weak }) };
  generatedLength(generated);
  return generated;
}

type Likeness = { readonly scope: string; readonly keyIds: string; readonly sealer: string | undefined };

function isLike({ token, keyIds }: Slot, wanted: Likeness): boolean {
  if (wanted.sealer !== undefined && token?.signature?.sealerKeyId !== wanted.sealer) return false;
  return token?.scope === wanted.scope && keyIds.join() === wanted.keyIds;
}
