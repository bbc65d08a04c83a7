/** A whole file sealed: every Secret in it becomes a SealedSecret, everything else stays byte for byte. */
import type { Engine } from "../crypto/engine.ts";
import { isAt } from "../crypto/open-token.ts";
import { LacreError } from "../errors.ts";
import { type InputFormat, PLAIN_FORMATS } from "../format/plain/formats.ts";
import { editEntries, replaceSealed, type SealedObject } from "../format/sealed/edit.ts";
import { printableText, printSealedSecret, TOP_LEVEL } from "../format/sealed/print.ts";
import { readStream, type StreamObject } from "../format/stream.ts";
import type { Source } from "../format/yaml/source.ts";
import { applySplices, type Splice } from "../format/yaml/splice.ts";
import type { Context } from "../model/context.ts";
import { type Entry, onlySlot, refuseSlots, sameEntry } from "../model/entry.ts";
import type { EnvDialect } from "../model/env-dialect.ts";
import { objectName, type SealedSecret } from "../model/sealed-secret.ts";
import { OPAQUE, PLAIN_SHAPE, type PlainSecret, wipeSecret } from "../model/secret.ts";
import { type SealOptions, sealSecret } from "./seal.ts";
import { foreignFileHint, refuseUnmeant } from "./unmeant.ts";

/** How to seal a file. */
export type SealSourceOptions = Omit<SealOptions, "reuse"> & {
  readonly format: InputFormat;
  /** For Secrets that name no namespace; others must agree with it. */
  readonly namespace?: string;
  /** Name and type of the Secret that a file of values becomes. */
  readonly name?: string;
  readonly type?: string;
  /** What was sealed from this file before: tokens of unchanged values are kept, and so is its text. */
  readonly existing?: Source;
  /** Who reads the .env file that is sealed; all readers if it is not said. */
  readonly envDialect?: EnvDialect;
  /** Whether ciphertext of other tools and placeholders are sealed as the values that they are not. */
  readonly unmeant: "refused" | "sealed";
  /** True when a token is known to hold a value. */
  readonly holds: (token: string, place: Context, value: Uint8Array) => boolean;
  /** Told of every value and its token. */
  readonly remember: (token: string, place: Context, value: Uint8Array) => void;
};

/** The sealed text and what it took. kept: values whose tokens were kept. */
export type SealedSource = {
  readonly text: string;
  readonly secrets: number;
  readonly alreadySealed: number;
  readonly values: number;
  readonly kept: number;
  /** Comment lines above a Secret that held one of its values, and are not in the text. */
  readonly droppedComments: number;
};

/** sealed is kept only where it is needed again: a large stream would hold every token twice. */
type Work = { readonly sealed?: SealedSecret; readonly site: Splice | undefined; readonly comments: readonly Splice[] };

/** Seals a file. Throws, with the place of the mistake, before anything of it could be written. */
export function sealSource(engine: Engine, source: Source, options: SealSourceOptions): SealedSource {
  const before = existingObjects(options.existing);
  const counts = { secrets: 0, alreadySealed: 0, values: 0, kept: 0, droppedComments: 0 };
  const work: Work[] = [];
  for (const object of plainObjects(source, options)) {
    if (object.kind === "sealed") {
      counts.alreadySealed++;
      continue;
    }
    const secret = withNamespace(object.secret, options.namespace);
    try {
      if (options.unmeant === "refused") for (const [key, value] of secret.values) refuseUnmeant(key, value);
      const sealed = sealOne(engine, secret, options, before, counts);
      const site = object.site && replaceSealed(object.site, sealed);
      const comments = object.site === undefined ? [] : tellingComments(source, object.site.start, secret);
      counts.droppedComments += comments.length;
      const isNeeded = site === undefined || options.existing !== undefined;
      work.push({ ...(isNeeded && { sealed }), site, comments });
    } finally {
      wipeSecret(secret);
    }
  }
  return { text: rewrite(source, options.existing, before, work), ...counts };
}

function existingObjects(existing: Source | undefined): ReadonlyMap<string, SealedObject> {
  const objects = new Map<string, SealedObject>();
  if (existing === undefined) return objects;
  for (const object of readStream(existing)) {
    if (object.kind === "sealed") objects.set(objectName(object.sealed), object);
  }
  return objects;
}

type PlainObject =
  | Pick<Extract<StreamObject, { kind: "sealed" }>, "kind">
  | {
      readonly kind: "secret";
      readonly secret: PlainSecret;
      readonly site?: { start: number; end: number; layout: typeof TOP_LEVEL };
    };

function* plainObjects(source: Source, options: SealSourceOptions): Generator<PlainObject> {
  const format = PLAIN_FORMATS[options.format];
  if (format.holds === "objects") {
    yield* readStream(source);
    return;
  }
  if (options.name === undefined) {
    throw new LacreError("USAGE", `${source.path}: ${format.noun} says no name`, {
      hint: "name its Secret: --name NAME --namespace NS",
    });
  }
  const hint = options.unmeant === "refused" ? foreignFileHint(source.text) : undefined;
  if (hint !== undefined)
    throw new LacreError("SECRET_INVALID", `${source.path} is sealed by another tool already`, { hint });
  const shape = { ...PLAIN_SHAPE, type: options.type ?? OPAQUE };
  const secret = {
    namespace: options.namespace ?? "",
    name: options.name,
    shape,
    values: format.read(source, options.envDialect),
  };
  yield { kind: "secret", secret };
}

function withNamespace(secret: PlainSecret, namespace: string | undefined): PlainSecret {
  if (namespace === undefined || secret.namespace === namespace) return secret;
  if (secret.namespace === "") return { ...secret, namespace };
  throw new LacreError("USAGE", `Secret ${objectName(secret)} is not in namespace ${namespace}`, {
    hint: "leave --namespace out, or change metadata.namespace",
  });
}

function sealOne(
  engine: Engine,
  secret: PlainSecret,
  options: SealSourceOptions,
  before: ReadonlyMap<string, SealedObject>,
  counts: { secrets: number; values: number; kept: number },
): SealedSecret {
  const previous = before.get(objectName(secret))?.sealed;
  for (const [key, entry] of previous?.entries ?? []) refuseSlots(key, entry);
  const recipients = options.recipients
    .map((key) => key.keyId)
    .sort()
    .join();
  const reuse = (place: Context, value: Uint8Array): string | undefined => {
    const entry = previous?.entries.get(place.key);
    const slot = entry && onlySlot(entry);
    if (slot?.token === undefined || slot.token.scope !== options.scope) return undefined;
    const { text, token } = slot;
    if (slot.keyIds.join() !== recipients) return undefined;
    if (options.sealer !== undefined && token.signature?.sealerKeyId !== options.sealer.keyId) return undefined;
    if (!isAt(engine, token, place) || !options.holds(text, place, value)) return undefined;
    counts.kept++;
    return text;
  };
  const sealed = sealSecret(engine, secret, { ...options, reuse });
  for (const [key, value] of secret.values) {
    const entry = sealed.entries.get(key) as Entry;
    if (sameEntry(previous?.entries.get(key), entry)) continue;
    options.remember(entry[0].text, { namespace: secret.namespace, name: secret.name, key }, value);
  }
  counts.secrets++;
  counts.values += secret.values.size;
  return previous === undefined ? sealed : { ...sealed, policy: previous.policy };
}

/** Comments above a Secret are kept, but for the lines that hold one of its values: those are left out. */
function tellingComments(source: Source, siteStart: number, secret: PlainSecret): readonly Splice[] {
  const values = [...secret.values.values()]
    .map((value) => printableText(value)?.trim() ?? "")
    .filter(({ length }) => length >= 4);
  const splices: Splice[] = [];
  for (let end = source.text.lastIndexOf("\n", siteStart - 1) + 1; end > 0; ) {
    const start = source.text.lastIndexOf("\n", end - 2) + 1;
    const line = source.text.slice(start, end);
    if (!/^\s*(?:#|$)/.test(line)) break;
    if (values.some((value) => line.includes(value))) splices.push({ start, end, text: "" });
    end = start;
  }
  return splices;
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

function sameOutside(a: SealedSecret, b: SealedSecret): boolean {
  return (
    a.shape.type === b.shape.type &&
    a.shape.immutable === b.shape.immutable &&
    sameMap(a.shape.labels, b.shape.labels) &&
    sameMap(a.shape.annotations, b.shape.annotations) &&
    sameMap(a.labels, b.labels) &&
    sameMap(a.annotations, b.annotations)
  );
}

/** True when nothing but the objects themselves stands in the source: comments, markers and blank lines aside. */
function holdsOnlySecrets(source: Source, work: readonly Work[]): boolean {
  const rest = applySplices(
    source.text,
    work.flatMap(({ site }) => (site ? [{ ...site, text: "" }] : [])),
  );
  return work.every(({ site }) => site === undefined) || /^(?:\s|#[^\n]*|---|\.\.\.)*$/.test(rest);
}

/** The new text: changes inside the existing file where it holds the same objects, else the source rewritten. */
function rewrite(
  source: Source,
  existing: Source | undefined,
  before: ReadonlyMap<string, SealedObject>,
  work: readonly Work[],
): string {
  const sealed = work.flatMap((one) => one.sealed ?? []);
  const isSameSet = before.size === sealed.length && sealed.every((one) => before.has(objectName(one)));
  if (existing !== undefined && sealed.length > 0 && isSameSet && holdsOnlySecrets(source, work)) {
    const splices = sealed.flatMap((one) => update(existing, before.get(objectName(one)) as SealedObject, one));
    return applySplices(existing.text, splices);
  }
  if (work.some(({ site }) => site === undefined)) {
    return sealed.map((one) => printSealedSecret(one, TOP_LEVEL)).join("---\n");
  }
  return applySplices(
    source.text,
    work.flatMap(({ site, comments }) => (site === undefined ? [] : [...comments, site])),
  );
}

function update(existing: Source, object: SealedObject, sealed: SealedSecret): readonly Splice[] {
  if (!sameOutside(object.sealed, sealed)) return [replaceSealed(object.site, sealed)];
  const changes = new Map<string, string | undefined>([...sealed.entries].map(([key, [{ text }]]) => [key, text]));
  for (const key of object.sealed.entries.keys()) if (!sealed.entries.has(key)) changes.set(key, undefined);
  return editEntries(existing, object, changes);
}
