/**
 * Three-way merge of SealedSecrets by entry, without any key. Entries that only one side changed are settled here; what is
 * left, comments and metadata and real conflicts, goes to Git's own text merge, which then sees nothing else that differs.
 */

import { commentEntries, editEntries, type SealedObject } from "../format/sealed/edit.ts";
import { readStream } from "../format/stream.ts";
import type { Source } from "../format/yaml/source.ts";
import { applySplices, type Splice } from "../format/yaml/splice.ts";
import { type Entry, onlySlot, slotName, slotsOf } from "../model/entry.ts";
import { shortKeyId } from "../model/key-id.ts";
import { objectName } from "../model/sealed-secret.ts";
import { parseToken, sealedAtDate } from "../model/token.ts";

/** A value that both sides changed. what: `KEY`, or `KEY (ENVIRONMENT)`. A side is undefined where it removed the value. */
type EntryConflict = {
  readonly object: string;
  readonly what: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
};

/** The three texts with all entries alike but the conflicts, and what the entries must be after the merge. */
export type Aligned = {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly conflicts: readonly EntryConflict[];
  /** Tokens by `namespace/name` and by what a conflict would call them, for objects that both sides have. */
  readonly expected: ReadonlyMap<string, ReadonlyMap<string, string>>;
};

type Version = {
  readonly source: Source;
  readonly objects: ReadonlyMap<string, SealedObject>;
  readonly splices: Splice[];
};

function readVersion(source: Source): Version {
  const objects = new Map<string, SealedObject>();
  if (source.text.trim() !== "") {
    for (const object of readStream(source))
      if (object.kind === "sealed") objects.set(objectName(object.sealed), object);
  }
  return { source, objects, splices: [] };
}

function change(version: Version, name: string, changes: ReadonlyMap<string, string | undefined>): void {
  const object = version.objects.get(name);
  if (object !== undefined) version.splices.push(...editEntries(version.source, object, changes));
}

/** When and for whom a token was sealed, in the words that a conflict shows. */
export function describeToken(text: string): string {
  const token = parseToken(text);
  if (token === undefined) return "not a token that this lacre can read";
  const when = sealedAtDate(token)?.toISOString().replace(".000Z", "Z") ?? "at an unknown time";
  return `sealed ${when} to key ${token.stanzas.map((stanza) => shortKeyId(stanza.keyId)).join(", ")}`;
}

/** Aligns three versions of a file. Throws like the reader when one of them is not what it should be. */
export function alignEntries(baseSource: Source, oursSource: Source, theirsSource: Source): Aligned {
  const [base, ours, theirs] = [readVersion(baseSource), readVersion(oursSource), readVersion(theirsSource)];
  const conflicts: EntryConflict[] = [];
  const expected = new Map<string, ReadonlyMap<string, string>>();

  for (const [name, ourObject] of ours.objects) {
    const theirObject = theirs.objects.get(name);
    if (theirObject === undefined) continue;
    const all = [base.objects.get(name), ourObject, theirObject].map((object) => object?.sealed.entries ?? new Map());
    const [ofBase, ofOurs, ofTheirs] = all.map(textsOf) as [Texts, Texts, Texts];
    const merged = mergeTexts(name, { base: ofBase, ours: ofOurs, theirs: ofTheirs });
    conflicts.push(...merged.conflicts);
    if (merged.conflicts.length === 0) expected.set(name, definedOnly(merged.texts));
    // Values of several environments are lines of their own, which the text merge settles one by one.
    const slotted = new Set(
      all.flatMap((entries) => [...entries].flatMap(([key, entry]) => (onlySlot(entry) ? [] : [key]))),
    );
    const alignable = new Map(
      [...merged.texts].filter(([key]) => all.some((entries) => entries.has(key)) && !slotted.has(key)),
    );
    for (const version of [base, ours, theirs]) change(version, name, alignable);
  }
  return {
    base: applySplices(baseSource.text, base.splices),
    ours: withComments(ours, conflicts, "ours"),
    theirs: withComments(theirs, conflicts, "theirs"),
    conflicts,
    expected,
  };
}

/** Tokens by what people call them. A key that an entry of one value stands under is called as it is. */
type Texts = ReadonlyMap<string, string>;

function textsOf(entries: ReadonlyMap<string, Entry>): Texts {
  return new Map(slotsOf(entries).map((one) => [slotName(one), one.slot.text]));
}

type Sides = Readonly<Record<"base" | "ours" | "theirs", Texts>>;

function mergeTexts(object: string, sides: Sides) {
  const texts = new Map<string, string | undefined>();
  const conflicts: EntryConflict[] = [];
  for (const what of new Set([...sides.base.keys(), ...sides.ours.keys(), ...sides.theirs.keys()])) {
    const [base, ours, theirs] = [sides.base.get(what), sides.ours.get(what), sides.theirs.get(what)];
    if (ours === theirs || theirs === base) texts.set(what, ours);
    else if (ours === base) texts.set(what, theirs);
    else conflicts.push({ object, what, ours, theirs });
  }
  return { texts, conflicts };
}

function definedOnly(entries: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, string> {
  return new Map([...entries].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The aligned text, with a comment above each token in conflict that says how old it is and whose. */
function withComments(version: Version, conflicts: readonly EntryConflict[], side: "ours" | "theirs"): string {
  const aligned = { ...version.source, text: applySplices(version.source.text, version.splices) };
  if (conflicts.length === 0) return aligned.text;
  const splices: Splice[] = [];
  for (const [name, object] of readVersion(aligned).objects) {
    const comments = new Map<string, string>();
    for (const conflict of conflicts) {
      const token = conflict[side];
      if (conflict.object === name && token !== undefined)
        comments.set(conflict.what, `${side}: ${describeToken(token)}`);
    }
    splices.push(...commentEntries(aligned, object, comments));
  }
  return applySplices(aligned.text, splices);
}

/** True when the merged text holds exactly the entries that were expected: the text merge may have gone wrong. */
export function isMergedAs(source: Source, expected: Aligned["expected"]): boolean {
  const merged = readVersion(source).objects;
  return [...expected].every(([name, entries]) => {
    const object = merged.get(name);
    if (object === undefined) return false;
    const found = textsOf(object.sealed.entries);
    return found.size === entries.size && [...entries].every(([what, token]) => found.get(what) === token);
  });
}
