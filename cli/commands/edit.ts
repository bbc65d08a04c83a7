/** `lacre edit`: entries in the user's editor, in a file that exists in memory only. No private key is needed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { wipe } from "../../src/bytes.ts";
import { type PublicKey, sealToken } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { decodeSource } from "../../src/format/index.ts";
import { parseScope, printableName, type SealedSecret, sameEntry } from "../../src/model/index.ts";
import { systemError } from "../../src/node/file-error.ts";
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
import {
  loadRecipients,
  type NamedKeys,
  namespaceFor,
  type RecipientOptions,
  tellRecipients,
} from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";

type EditOptions = RecipientOptions &
  SignOptions & { readonly object?: string; readonly scope?: string; readonly asIs?: boolean };

/** What the user asked for: which file, and how. */
type Request = { readonly file: string; readonly options: EditOptions };

/**
 * Runs the command. What others changed in the file meanwhile stays, unless it is the same entry. Whatever goes wrong once
 * something was typed, the editor opens again with it and the error on top; where nobody is there to mend it, that is the end.
 */
export async function edit(context: CommandContext, file: string, options: EditOptions): Promise<void> {
  refuseStdin(file);
  const { sealed } = selectObject(await readSource(context, file), options.object);
  const load = async () => {
    const named = await loadRecipients(context, options);
    namespaceFor(named, sealed.namespace);
    return named;
  };
  const first = await load();
  const editor = editorOf(context);
  await withMemoryDirectory(context, async (directory) => {
    const buffer = path.join(directory, `${sealed.name}.yaml`);
    fs.writeFileSync(buffer, printBuffer(sealed), { mode: 0o600 });
    for (let isAgain = false; ; isAgain = true) {
      const failure = await runEditor(context, editor, buffer);
      if (failure?.isUntouched) throw failure.error;
      try {
        if (failure !== undefined) throw failure.error;
        // Anew after an error: whoever was missing may have been added meanwhile.
        return await take(
          context,
          { file, options },
          readEdits(buffer, sealed),
          sealed,
          isAgain ? await load() : first,
        );
      } catch (error) {
        await giveBack(context, buffer, error);
      }
    }
  });
}

/** Goes back to the editor with what was typed; the error again where it is a bug, or where nobody is there to go back. */
async function giveBack(context: CommandContext, buffer: string, error: unknown): Promise<void> {
  const known = error instanceof LacreError ? error : systemError(error);
  if (known === undefined || !context.terminal.stdin || !isKept(buffer)) throw error;
  explain(buffer, known);
  context.say(`lacre: ${known.message} (${known.hint})`);
  await pause(context, known);
}

/** Does what was typed. */
async function take(
  context: CommandContext,
  { file, options }: Request,
  edits: Edits | undefined,
  sealed: SealedSecret,
  named: NamedKeys,
): Promise<void> {
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

/** Begins each line that tells what went wrong. */
const EXPLAINED = "# lacre: ";

/** True while what was typed can be given back. */
function isKept(buffer: string): boolean {
  return fs.statSync(buffer, { throwIfNoEntry: false })?.isFile() === true;
}

/** Puts the error on top of what was typed, in place of an earlier one. Where there is no room for it, what was typed stays alone. */
function explain(buffer: string, error: LacreError): void {
  const beside = `${buffer}.explained`;
  try {
    // Not text: the bytes of what was typed stay what they are.
    const lines = fs.readFileSync(buffer, "latin1").split("\n");
    const typed = lines.filter((line) => !line.startsWith(EXPLAINED)).join("\n");
    const comment = [error.message, error.hint].map((line) => `${EXPLAINED}${printableName(line)}\n`).join("");
    fs.writeFileSync(beside, Buffer.concat([Buffer.from(comment), Buffer.from(typed, "latin1")]), { mode: 0o600 });
    fs.renameSync(beside, buffer);
  } catch {
    fs.rmSync(beside, { force: true });
  }
}

/** What the user made of the buffer; undefined when it was emptied. */
function readEdits(buffer: string, sealed: SealedSecret): Edits | undefined {
  const bytes = readBytes(buffer);
  try {
    const lines = bytes.toString("utf8").split("\n");
    if (lines.every((line) => line.trim() === "" || line.trimStart().startsWith("#"))) return undefined;
    return readBuffer(decodeSource("your edit", bytes), sealed);
  } finally {
    wipe(bytes);
  }
}

function readBytes(buffer: string): Buffer {
  try {
    return fs.readFileSync(buffer);
  } catch (cause) {
    throw new LacreError("EDITOR_FAILED", "the editor left no file that can be read", {
      hint: "nothing was changed; save under the name that was given",
      cause,
    });
  }
}

/** Waits for somebody who wants to go on; error: what is thrown where nobody does. */
async function pause(context: CommandContext, error: LacreError): Promise<void> {
  context.say("press Enter to go back to the editor, or Ctrl-C to give up");
  try {
    await context.askHidden("");
  } catch {
    throw error;
  }
}

function editorOf(context: CommandContext): string {
  const editor = context.env["VISUAL"] || context.env["EDITOR"];
  if (editor) return editor;
  throw new LacreError("EDITOR_FAILED", "no editor is set", {
    hint: "EDITOR=vi lacre edit FILE, or change one value: lacre set FILE KEY",
  });
}

/** An editor that did not end well; isUntouched: nothing was typed that could be lost. */
type EditorFailure = { readonly error: LacreError; readonly isUntouched: boolean };

async function runEditor(context: CommandContext, editor: string, file: string): Promise<EditorFailure | undefined> {
  const given = fs.readFileSync(file);
  // The editor may be set with arguments ("code --wait"), so a shell splits it; the file is an argument, not text.
  const status = await context.runChild({
    command: "/bin/sh",
    args: ["-c", `${editor} "$1"`, "sh", file],
    env: context.env,
  });
  if (status === 0) return undefined;
  const hint = "nothing was changed";
  const error = new LacreError("EDITOR_FAILED", `the editor ended with status ${status}`, { hint });
  return { error, isUntouched: !isKept(file) || given.equals(fs.readFileSync(file)) };
}
