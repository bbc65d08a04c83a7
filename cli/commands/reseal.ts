/** `lacre reseal`: old tokens to the newest key, for who holds the private keys. Each file changes whole or not at all. */
import {
  applySplices,
  type Engine,
  editEntries,
  type Keyring,
  LacreError,
  objectName,
  type PublicKey,
  resealSecret,
  type Sealer,
  type Source,
  staleEntries,
  withBom,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { readSource, resolvePath } from "../io/files.ts";
import { expandInputs } from "../io/inputs.ts";
import { withLock } from "../io/lock.ts";
import { openError } from "../io/open-error.ts";
import { withKeyring } from "../io/private-keys.ts";
import { loadRecipients, type RecipientOptions } from "../io/public-keys.ts";
import { refuseStdin, sealedObjects } from "../io/sealed-file.ts";
import { loadSealer, type SignOptions } from "../io/signing-keys.ts";
import { writeAtomic } from "../io/write-atomic.ts";

/** Options of `lacre reseal`. */
export type ResealOptions = RecipientOptions &
  SignOptions & { readonly keyFile?: readonly string[]; readonly check?: boolean };

type Means = {
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly recipients: readonly PublicKey[];
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
  const recipients = await loadRecipients(context, options);
  const inputs = (await expandInputs(context, files)).map(({ shown }) => shown);
  if (options.check === true) return check(context, inputs, recipients);
  const engine = await context.engine();
  const sealer = await loadSealer(context, options);
  return withKeyring(context, options.keyFile ?? [], async (keyring) => {
    const tally: Tally = { files: 0, entries: 0, upToDate: 0, failed: [] };
    for (const [count, file] of inputs.entries()) {
      if (count % PROGRESS_EVERY === PROGRESS_EVERY - 1) context.progress(`${count + 1} of ${inputs.length} files`);
      await resealFile(context, file, { engine, keyring, recipients, ...sealer }, tally);
    }
    context.progress("");
    return finish(context, tally);
  });
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
    for (const { sealed } of await objectsOf(context, file)) {
      for (const key of staleEntries(sealed, recipients)) stale.push(`${file}: ${objectName(sealed)}, entry ${key}`);
    }
  }
  await context.print(stale.map((line) => `${line}\n`).join(""));
  return stale.length === 0 ? EXIT.fine : EXIT.stale;
}

async function objectsOf(context: CommandContext, file: string) {
  const source = await readSource(context, file);
  return source.text.includes("SealedSecret") ? sealedObjects(source) : [];
}

/** The new text of a file, or undefined when nothing in it is stale. Throws for an entry that cannot be moved. */
function resealSource(
  source: Source,
  means: Means,
  tally: Tally,
): { readonly text: string; readonly entries: number } | undefined {
  const splices = [];
  let entries = 0;
  for (const object of sealedObjects(source)) {
    const { engine, keyring, recipients, sealer } = means;
    const { changes, failures, signed } = resealSecret(engine, keyring, object.sealed, recipients, sealer);
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
    tally.upToDate += object.sealed.entries.size - changes.size;
    entries += changes.size;
    splices.push(...editEntries(source, object, changes));
  }
  return entries === 0 ? undefined : { text: applySplices(source.text, splices), entries };
}

/** One file under its lock. What goes wrong with it is put down, and the others go on. */
async function resealFile(context: CommandContext, file: string, means: Means, tally: Tally): Promise<void> {
  const objects = await objectsOf(context, file);
  if (objects.every(({ sealed }) => staleEntries(sealed, means.recipients).length === 0)) {
    for (const { sealed } of objects) tally.upToDate += sealed.entries.size;
    return;
  }
  const absolute = resolvePath(context, file);
  await withLock(absolute, async () => {
    const source = await readSource(context, file);
    try {
      const done = resealSource(source, means, tally);
      if (done === undefined) return;
      writeAtomic({ path: absolute, content: withBom(source, done.text) });
      tally.files++;
      tally.entries += done.entries;
    } catch (error) {
      if (!(error instanceof LacreError) || error.code === "OUTPUT_FAILED") throw error;
      tally.failed.push(error);
    }
  });
}
