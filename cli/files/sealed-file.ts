/** One SealedSecret in a file, changed entry by entry under the file's lock. */
import type { PublicKey } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import {
  applySplices,
  type EntryChanges,
  editEntries,
  readStream,
  type SealedObject,
  type Source,
  withBom,
} from "../../src/format/index.ts";
import {
  type Context,
  objectName,
  SCOPES,
  type Scope,
  type SealedSecret,
  shellWord,
  slotsOf,
} from "../../src/model/index.ts";
import { writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { readSource, resolvePath, STDIN } from "./files.ts";
import { withLock } from "./lock.ts";

/** All SealedSecrets of a source. */
export function sealedObjects(source: Source): readonly SealedObject[] {
  return [...readStream(source)].filter((object) => object.kind === "sealed");
}

/** All SealedSecrets of a file; a file that never says the word is not parsed. */
export async function sealedObjectsIn(context: CommandContext, file: string): Promise<readonly SealedObject[]> {
  const source = await readSource(context, file);
  return source.text.includes("SealedSecret") ? sealedObjects(source) : [];
}

/** The one SealedSecret of a source, or the one named. NOT_SEALED or USAGE otherwise. */
export function selectObject(source: Source, wanted: string | undefined): SealedObject {
  const objects = sealedObjects(source);
  const matching = objects.filter(
    ({ sealed }) => wanted === undefined || [sealed.name, objectName(sealed)].includes(wanted),
  );
  const [first, second] = matching;
  if (first !== undefined && second === undefined) return first;
  const names = objects.map(({ sealed }) => objectName(sealed)).join(", ");
  if (objects.length === 0) {
    throw new LacreError("NOT_SEALED", `${source.path} holds no SealedSecret`, {
      hint: `seal it first: lacre seal --in-place ${shellWord(source.path)}`,
    });
  }
  const problem = first === undefined ? `no SealedSecret ${wanted}` : "several SealedSecrets";
  throw new LacreError("USAGE", `${source.path} holds ${problem}`, { hint: `say which with --object: ${names}` });
}

/** Refuses standard input where a file is changed. */
export function refuseStdin(file: string): void {
  if (file === STDIN)
    throw new LacreError("USAGE", "this command changes a file, and standard input is none", {
      hint: "name the file",
    });
}

/** Reads a file, makes another text of it and writes that, while nobody else does. False when nothing changed. */
export async function rewriteFile(
  context: CommandContext,
  file: string,
  rewrite: (source: Source) => string | Promise<string>,
): Promise<boolean> {
  const absolute = resolvePath(context, file);
  return withLock(context, absolute, async () => {
    const source = await readSource(context, file);
    const text = await rewrite(source);
    if (text === source.text) return false;
    writeAtomic({ path: absolute, content: withBom(source, text) });
    return true;
  });
}

/** Reads, changes and writes one SealedSecret while nobody else does. False when nothing changed. */
export async function changeEntries(
  context: CommandContext,
  file: string,
  wanted: string | undefined,
  decide: (sealed: SealedSecret) => EntryChanges | Promise<EntryChanges>,
): Promise<boolean> {
  // A file that cannot be read is complained about before a lock is left beside it.
  await readSource(context, file);
  return rewriteFile(context, file, async (source) => {
    const object = selectObject(source, wanted);
    return applySplices(source.text, editEntries(source, object, await decide(object.sealed)));
  });
}

/** Where an entry of a SealedSecret stands. */
export function placeOf(sealed: SealedSecret, key: string): Context {
  return { namespace: sealed.namespace, name: sealed.name, key };
}

/** The scope for a new token: that of the one it replaces, else that of its neighbours if they agree, else strict. */
export function inheritedScope(sealed: SealedSecret, key: string): Scope {
  const replaced = sealed.entries.get(key);
  const models = replaced ?? [...sealed.entries.values()].flat();
  const scopes = new Set(models.map(({ token }) => token?.scope));
  return SCOPES.find((scope) => scopes.size === 1 && scopes.has(scope)) ?? "strict";
}

/** Says so when a new token is for other keys than its neighbours: it may open nowhere that the rest opens. */
export function warnOfOtherKeys(context: CommandContext, sealed: SealedSecret, recipients: readonly PublicKey[]): void {
  const now = new Set<string>(recipients.map((key) => key.keyId));
  const before = new Set<string>(slotsOf(sealed.entries).flatMap(({ slot }) => slot.keyIds));
  if (before.size > 0 && ![...now].some((keyId) => before.has(keyId))) {
    context.say("note: the other entries are sealed for other keys; is this the right environment?");
  }
}
