/** Typed access to the fields of an object, whatever it was written in: what is not exactly what was expected is an error, never a guess. */
import type { LacreError } from "../errors.ts";

/** One field: the node of its name and of its value, which is null where nothing follows the name. */
export type Field<N> = { readonly key: N; readonly value: N | null };

/** A mapping with its fields by name, in order. */
export type Mapping<N, M extends N = N> = { readonly node: M; readonly fields: ReadonlyMap<string, Field<N>> };

/** Reads nodes of one kind. path says in errors what is read; parent is where an error stands when there is no node. */
export abstract class FieldReader<N, M extends N = N> {
  /** An error at a node. */
  abstract error(node: N, message: string, hint?: string): LacreError;
  /** The node as a mapping with unique, plain keys. */
  abstract mapping(node: N | null, path: string, parent: N): Mapping<N, M>;
  /** The node as text. */
  abstract text(node: N | null, path: string, parent: N): string;
  /** The node as true or false. */
  abstract boolean(node: N | null, path: string, parent: N): boolean;
  /** True where nothing was written, or null. */
  abstract isNothing(node: N | null): boolean;

  /** A mapping of text to text, such as labels. Nothing there is an empty one. */
  textMap(field: Field<N> | undefined, path: string): Map<string, string> {
    const out = new Map<string, string>();
    if (field === undefined || this.isNothing(field.value)) return out;
    for (const [name, { key, value }] of this.mapping(field.value, path, field.key).fields) {
      out.set(name, this.text(value, `${path}.${name}`, key));
    }
    return out;
  }

  /** Refuses fields nobody knows, with the one that was probably meant. */
  refuseUnknown(mapping: Mapping<N>, path: string, known: readonly string[]): void {
    for (const [name, { key }] of mapping.fields) {
      if (known.includes(name)) continue;
      const meant = closest(name, known);
      const where = path === "" ? name : `${path}.${name}`;
      throw this.error(key, `unknown field ${where}`, meant === undefined ? undefined : `did you mean ${meant}?`);
    }
  }
}

/** The known word with the fewest edits, at most two. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= 2 && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitute, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
