/** Why tokens did not open, in the user's words: which entry, which keys, and what to do. */
import type { Keyring } from "../../src/crypto/index.ts";
import { type ErrorCode, LacreError } from "../../src/errors.ts";
import { objectName, type SealedSecret, shortKeyId } from "../../src/model/index.ts";
import type { EntryFailure } from "../../src/seal/index.ts";

/** The error code of each reason. */
export const OPEN_CODES: Readonly<Record<EntryFailure["reason"], ErrorCode>> = {
  malformed: "TOKEN_MALFORMED",
  "wrong-context": "WRONG_CONTEXT",
  "unknown-key": "UNKNOWN_KEY",
  "cannot-decrypt": "CANNOT_DECRYPT",
  ambiguous: "USAGE",
};

/** Each reason in words. */
export const OPEN_SAYS: Readonly<Record<EntryFailure["reason"], string>> = {
  malformed: "the token is cut, padded or not a token",
  "wrong-context": "the token was sealed for another place",
  "unknown-key": "no key that you hold opens it",
  "cannot-decrypt": "the token is damaged or forged",
  ambiguous: "your keys open the values of several environments",
};

/** The error of an object whose entries did not all open. */
export function openError(
  file: string,
  sealed: SealedSecret,
  failures: readonly EntryFailure[],
  keyring: Keyring,
): LacreError {
  const [first] = failures as [EntryFailure, ...EntryFailure[]];
  const others = failures.length === 1 ? "" : ` (and ${failures.length - 1} more)`;
  const message = `${file}: ${objectName(sealed)}, entry ${first.key}${others}: ${OPEN_SAYS[first.reason]}`;
  return new LacreError(OPEN_CODES[first.reason], message, { hint: openHint(first.reason, first.keyIds, keyring) });
}

/** What to do about it. */
export function openHint(reason: EntryFailure["reason"], keyIds: EntryFailure["keyIds"], keyring: Keyring): string {
  switch (reason) {
    case "malformed":
      return "restore the line from Git: a token is one line without spaces";
    case "wrong-context":
      return "tokens cannot be moved to another namespace, Secret or key: seal the value again";
    case "unknown-key":
      return `it is sealed for key ${keyIds.map(shortKeyId).join(", ")}; you hold ${keyring.keyIds().map(shortKeyId).join(", ")}`;
    case "cannot-decrypt":
      return "restore the line from Git, or seal the value again";
    case "ambiguous":
      return "name the key file of one of them: choosing by --env is not there yet";
  }
}
