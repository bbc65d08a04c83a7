/** `lacre edit`: entries in the user's editor, in a file that exists in memory only. No private key is needed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { wipe } from "../../src/bytes.ts";
import { type PublicKey, sealToken } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { decodeSource } from "../../src/format/index.ts";
import { parseScope, type SealedSecret, sameEntry } from "../../src/model/index.ts";
import { type Edits, printBuffer, readBuffer, refuseUnmeant } from "../../src/seal/index.ts";
import { type CommandContext, unixSeconds } from "../context.ts";
import { counted } from "../counted.ts";
import { readSource } from "../files/files.ts";
import { withMemoryDirectory } from "../files/memory-files.ts";
import {
  changeEntries,
  inheritedScope,
  placeOf,
  refuseStdin,
  selectObject,
  warnOfOtherKeys,
} from "../files/sealed-file.ts";
import { loadRecipients, namespaceFor, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";

type EditOptions = RecipientOptions &
  SignOptions & { readonly object?: string; readonly scope?: string; readonly asIs?: boolean };

/** Runs the command. What others changed in the file meanwhile stays, unless it is the same entry. */
export async function edit(context: CommandContext, file: string, options: EditOptions): Promise<void> {
  refuseStdin(file);
  const { sealed } = selectObject(await readSource(context, file), options.object);
  const named = await loadRecipients(context, options);
  namespaceFor(named, sealed.namespace);
  const edits = await withMemoryDirectory(context, (directory) => askEditor(context, directory, sealed));
  try {
    if (edits === undefined || (edits.values.size === 0 && edits.removed.length === 0)) {
      context.say(`nothing was changed; ${file} is as it was`);
      return;
    }
    await apply(context, file, sealed, edits, named.keys, options);
    tellRecipients(context, named, options);
    context.say(
      `sealed ${edits.values.size} and removed ${counted(edits.removed.length, "entry", "entries")} in ${file}`,
    );
  } finally {
    wipe(...(edits?.values.values() ?? []));
  }
}

async function apply(
  context: CommandContext,
  file: string,
  shown: SealedSecret,
  edits: Edits,
  recipients: readonly PublicKey[],
  options: EditOptions,
): Promise<void> {
  if (options.asIs !== true) for (const [key, value] of edits.values) refuseUnmeant(key, value);
  const engine = await context.engine();
  const sealer = await loadSealer(context, options);
  await changeEntries(context, file, options.object, (sealed) => {
    const touched = [...edits.values.keys(), ...edits.removed];
    const raced = touched.find((key) => !sameEntry(sealed.entries.get(key), shown.entries.get(key)));
    if (raced !== undefined) {
      throw new LacreError("CONFLICT", `${raced} was changed in ${file} while you were editing`, {
        hint: "the file keeps the other change; edit again to decide",
      });
    }
    warnOfOtherKeys(context, sealed, recipients);
    const changes = new Map<string, string | undefined>(edits.removed.map((key) => [key, undefined]));
    for (const [key, value] of edits.values) {
      const scope = options.scope === undefined ? inheritedScope(sealed, key) : parseScope(options.scope);
      const place = placeOf(sealed, key);
      const sealedAt = unixSeconds(context);
      changes.set(key, sealToken(engine, { value, scope, place, recipients, sealedAt, ...sealer }));
    }
    return changes;
  });
}

/** What the user made of the buffer; undefined when it was emptied. A mistake is explained, and the editor opens again. */
async function askEditor(context: CommandContext, directory: string, sealed: SealedSecret): Promise<Edits | undefined> {
  const file = path.join(directory, `${sealed.name}.yaml`);
  fs.writeFileSync(file, printBuffer(sealed), { mode: 0o600 });
  for (;;) {
    await runEditor(context, file);
    const bytes = fs.readFileSync(file);
    if (
      !bytes
        .toString("utf8")
        .split("\n")
        .some((line) => line.trim() !== "" && !line.trimStart().startsWith("#"))
    )
      return undefined;
    try {
      return readBuffer(decodeSource("your edit", bytes), sealed);
    } catch (error) {
      if (!(error instanceof LacreError) || !context.terminal.stdin) throw error;
      context.say(`lacre: ${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`);
      await pause(context);
    } finally {
      wipe(bytes);
    }
  }
}

async function pause(context: CommandContext): Promise<void> {
  context.say("press Enter to go back to the editor, or Ctrl-C to give up");
  await context.askHidden("");
}

async function runEditor(context: CommandContext, file: string): Promise<void> {
  const editor = context.env["VISUAL"] || context.env["EDITOR"];
  if (editor === undefined || editor === "") {
    throw new LacreError("EDITOR_FAILED", "no editor is set", {
      hint: "EDITOR=vi lacre edit FILE, or change one value: lacre set FILE KEY",
    });
  }
  // The editor may be set with arguments ("code --wait"), so a shell splits it; the file is an argument, not text.
  const status = await context.runChild({
    command: "/bin/sh",
    args: ["-c", `${editor} "$1"`, "sh", file],
    env: context.env,
  });
  if (status !== 0) {
    throw new LacreError("EDITOR_FAILED", `the editor ended with status ${status}`, { hint: "nothing was changed" });
  }
}
