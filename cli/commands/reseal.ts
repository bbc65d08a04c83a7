/** `lacre reseal`: old tokens to the newest key, for who holds the private keys. Each file changes whole or not at all. */
import type { Engine, Keyring, PublicKey, Sealer } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { applySplices, editEntries, type Source } from "../../src/format/index.ts";
import {
  objectName,
  printableName,
  printableTalk,
  refuseSlots,
  type SealedSecret,
  shortKeyId,
} from "../../src/model/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { type Resealed, type ResealTargets, resealSecret, staleEntries } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { expandInputs } from "../files/inputs.ts";
import { refuseStdin, rewriteFile, sealedObjects, sealedObjectsIn } from "../files/sealed-file.ts";
import { openError } from "../keys/open-error.ts";
import { type OwnKeys, ownKeys } from "../keys/own-keys.ts";
import { withKeyring } from "../keys/private-keys.ts";
import { loadRecipients, type NamedKeys, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { applyResult } from "../keys/reseal-result.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";

/** Options of `lacre reseal`. */
export type ResealOptions = RecipientOptions &
  SignOptions & {
    readonly keyFile?: readonly string[];
    readonly check?: boolean;
    /** The result of a reseal inside a cluster. */
    readonly from?: string;
  };

type Means = {
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly targets: ResealTargets;
  readonly sealer?: Sealer;
};
type Tally = { files: number; entries: number; upToDate: number; failed: LacreError[] };

const PROGRESS_EVERY = 100;

/** Runs the command; its status. */
export async function reseal(
  context: CommandContext,
  files: readonly string[],
  options: ResealOptions,
): Promise<number> {
  if (files.length === 0) throw new LacreError("USAGE", "no file was named", { hint: "name files or directories" });
  for (const file of files) refuseStdin(file);
  const inputs = (await expandInputs(context, files)).map(({ shown }) => shown);
  if (options.check === true) {
    // Nothing is sealed, so nobody needs to be trusted.
    return check(context, inputs, (await loadRecipients(context, options, { unpinned: "none" })).keys);
  }
  const own = await ownKeys(context, options.keyFile ?? []);
  const named = await loadRecipients(context, options, { own });
  if (options.from !== undefined) return applyResult(context, files, options.from, named);
  const engine = await context.engine();
  const sealer = await loadSealer(context, options);
  const targets = targetsOf(named, own);
  return withKeyring(context, options.keyFile ?? [], async (keyring) => {
    const tally: Tally = { files: 0, entries: 0, upToDate: 0, failed: [] };
    for (const [count, file] of inputs.entries()) {
      if (count % PROGRESS_EVERY === PROGRESS_EVERY - 1) context.progress(`${count + 1} of ${inputs.length} files`);
      await resealFile(context, file, { engine, keyring, targets, ...sealer }, tally);
    }
    context.progress("");
    tellRecipients(context, named, options);
    return finish(context, tally);
  });
}

/** With a store, what it holds itself counts as listed, and not what a file says of it. */
function targetsOf(named: NamedKeys, own: readonly OwnKeys[]): ResealTargets {
  const recipients = named.isOfRepository ? withOwnNewest(named.keys, own) : named.keys;
  return { recipients, replaced: new Set([...named.listed, ...own.flatMap(({ ids }) => [...ids])]) };
}

/**
 * With a key store nobody needs to trust a file of the repository about oneself: what is sealed for one of the store's keys is
 * moved to its own newest, and an environment that has none of them is somebody else's, PIN_MISMATCH.
 */
function withOwnNewest(recipients: readonly PublicKey[], own: readonly OwnKeys[]): readonly PublicKey[] {
  let moved = recipients;
  for (const { file, newest, ids } of own) {
    if (!moved.some(({ keyId }) => ids.has(keyId))) {
      const named = recipients.map(({ keyId }) => shortKeyId(keyId)).join(", ");
      throw new LacreError("PIN_MISMATCH", `the environment is sealed for ${named}, and ${file} has no such key`, {
        hint: "somebody may have swapped the keys file: compare it with lacre keys publish, and ask who runs the cluster",
      });
    }
    moved = moved.map((key) => (ids.has(key.keyId) ? newest : key));
  }
  return moved;
}

function finish(context: CommandContext, { files, entries, upToDate, failed }: Tally): number {
  for (const error of failed)
    context.say(`lacre: error: ${error.message}${error.hint === undefined ? "" : `\nhint: ${error.hint}`}`);
  context.say(
    `resealed ${entries} entries in ${files} files; ${upToDate} were up to date${failed.length === 0 ? "" : `; ${failed.length} files are as they were`}`,
  );
  return failed.length === 0 ? EXIT.fine : EXIT.noKey;
}

/** Which entries are stale: needs no private key and changes nothing. */
async function check(
  context: CommandContext,
  files: readonly string[],
  recipients: readonly PublicKey[],
): Promise<number> {
  const stale: string[] = [];
  for (const file of files) {
    for (const { sealed } of await sealedObjectsIn(context, file)) {
      for (const key of staleEntries(sealed, recipients)) stale.push(`${file}: ${objectName(sealed)}, entry ${key}`);
    }
  }
  await context.print(printableTalk(stale.map((line) => `${printableName(line)}\n`).join("")));
  return stale.length === 0 ? EXIT.fine : EXIT.stale;
}

/** The new text of a file, and how many entries were moved. Throws for an entry that cannot be moved. */
function resealSource(source: Source, means: Means, tally: Tally): { readonly text: string; readonly entries: number } {
  const splices = [];
  let entries = 0;
  for (const object of sealedObjects(source)) {
    const { engine, keyring, targets, sealer } = means;
    const { changes, failures, signed, shared, slotted } = resealSecret(
      engine,
      keyring,
      object.sealed,
      targets,
      sealer,
    );
    for (const key of slotted) refuseSlots(key, object.sealed.entries.get(key));
    if (failures.length > 0) throw openError(source.path, object.sealed, failures, means.keyring);
    if (signed.length > 0) {
      throw new LacreError(
        "NO_PRIVATE_KEY",
        `${source.path}: ${objectName(object.sealed)}, entry ${signed[0]}: it is signed by its sealer`,
        {
          hint: "a new token needs a new signature: sign it yourself with --sign-with FILE, or let the sealer seal the value again",
        },
      );
    }
    if (shared[0] !== undefined) throw sharedError(source, object.sealed, shared[0]);
    tally.upToDate += object.sealed.entries.size - changes.size;
    entries += changes.size;
    splices.push(...editEntries(source, object, changes));
  }
  return { text: applySplices(source.text, splices), entries };
}

function sharedError(source: Source, sealed: SealedSecret, { key, keyId }: Resealed["shared"][number]): LacreError {
  const message = `${source.path}: ${objectName(sealed)}, entry ${key}: it is also sealed for ${shortKeyId(keyId)}, which is in no list that was named`;
  return new LacreError("NO_PUBLIC_KEY", message, {
    hint: "a new token would shut them out: name the key list of their cluster too, with another --recipient FILE",
  });
}

/** One file under its lock. What goes wrong with it is put down, and the others go on. */
async function resealFile(context: CommandContext, file: string, means: Means, tally: Tally): Promise<void> {
  const objects = await sealedObjectsIn(context, file);
  if (objects.every(({ sealed }) => staleEntries(sealed, means.targets.recipients).length === 0)) {
    for (const { sealed } of objects) tally.upToDate += sealed.entries.size;
    return;
  }
  let entries = 0;
  const isWritten = await rewriteFile(context, file, (source) => {
    try {
      const done = resealSource(source, means, tally);
      entries = done.entries;
      return done.text;
    } catch (error) {
      if (!(error instanceof LacreError)) throw error;
      tally.failed.push(error);
      return source.text;
    }
  });
  if (!isWritten) return;
  tally.files++;
  tally.entries += entries;
}
