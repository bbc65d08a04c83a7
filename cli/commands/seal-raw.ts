/** `lacre seal --raw`: one value into one token on standard output, for Helm values and Kustomize. */
import { wipe } from "../../src/bytes.ts";
import { sealToken } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { parseKey, parseNamespace, parseScope } from "../../src/model/index.ts";
import { type CommandContext, unixSeconds } from "../context.ts";
import { readValue, type ValueOptions } from "../files/value.ts";
import { loadRecipients, namespaceFor, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";

/** The options of `lacre seal` that are about one value. */
export type SealRawOptions = RecipientOptions &
  SignOptions &
  ValueOptions & {
    readonly scope?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly key?: string;
  };

/** Runs the command. */
export async function sealRaw(
  context: CommandContext,
  files: readonly string[],
  options: SealRawOptions,
): Promise<void> {
  if (files.length > 0) {
    throw new LacreError("USAGE", "--raw takes no file argument", {
      hint: "to seal the bytes of a file: --from-file FILE; a value is piped in or typed, never an argument",
    });
  }
  if (options.key === undefined) {
    throw new LacreError("USAGE", "--raw needs --key: a token is bound to the key it stands under", {
      hint: "lacre seal --raw --namespace N --name S --key K",
    });
  }
  const named = await loadRecipients(context, options);
  const scope = parseScope(options.scope ?? "strict");
  if (scope === "strict" && options.name === undefined) {
    throw new LacreError("USAGE", "a strict token needs --name", { hint: "or seal it more widely: --scope namespace" });
  }
  const sealer = await loadSealer(context, options);
  const place = { namespace: namespaceFor(named, options.namespace) ?? "", name: options.name ?? "", key: options.key };
  // The value is asked for last, when everything else is known to be right.
  parseKey(place.key);
  if (place.namespace !== "") parseNamespace(place.namespace);
  const value = await readValue(context, options.key, options);
  try {
    const token = sealToken(await context.engine(), {
      value,
      scope,
      place,
      recipients: named.keys,
      sealedAt: unixSeconds(context),
      ...sealer,
    });
    await context.print(`${token}\n`);
    tellRecipients(context, named, options);
  } finally {
    wipe(value);
  }
}
