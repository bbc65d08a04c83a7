/** An entry of a SealedSecret: the values that stand under one key, each a slot. */
import { LacreError } from "../errors.ts";
import type { KeyId } from "./key-id.ts";
import { parseToken, type Token } from "./token.ts";

/** One sealed value as it stands in a file. Its token is parsed once, when somebody first asks: a restart asks for few of many. */
export class Slot {
  /** undefined: the only value of its key, wherever the object is applied. */
  readonly environment: string | undefined;
  /** As it is written. A sound token has one writing only. */
  readonly text: string;
  #parsed: { readonly token: Token | undefined } | undefined;

  constructor(text: string, environment?: string) {
    this.text = text;
    this.environment = environment;
  }

  /** undefined where the text is no sound token. */
  get token(): Token | undefined {
    this.#parsed ??= { token: parseToken(this.text) };
    return this.#parsed.token;
  }

  /** Whom it is sealed for, in ascending order; nobody where it is no sound token. */
  get keyIds(): readonly KeyId[] {
    return this.token?.stanzas.map(({ keyId }) => keyId) ?? [];
  }
}

/** One slot without an environment, or one for each of several environments; never none. */
export type Entry = readonly [Slot, ...Slot[]];

/** A slot with the key that it stands under. */
export type KeyedSlot = { readonly key: string; readonly slot: Slot };

/** An entry of one value. */
export function entryOf(text: string): Entry {
  return [new Slot(text)];
}

/** The only value of an entry; undefined where each environment has its own. */
export function onlySlot(entry: Entry): Slot | undefined {
  return entry[0].environment === undefined ? entry[0] : undefined;
}

/** True when both say the same for the same environments, in whichever order. */
export function sameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.length === other.length &&
    one.every(({ environment, text }) => other.some((slot) => slot.environment === environment && slot.text === text))
  );
}

/** All slots of an object's entries, in their order. */
export function slotsOf(entries: ReadonlyMap<string, Entry>): readonly KeyedSlot[] {
  return [...entries].flatMap(([key, entry]) => entry.map((slot) => ({ key, slot })));
}

/** How people call a slot: `KEY`, or `KEY (ENVIRONMENT)`. */
export function slotName({ key, slot }: KeyedSlot): string {
  return slot.environment === undefined ? key : `${key} (${slot.environment})`;
}

/** USAGE for an entry that has a value for each environment: what would be written is for one of them, and nobody said which. */
export function refuseSlots(key: string, entry: Entry | undefined): void {
  if (entry === undefined || onlySlot(entry) !== undefined) return;
  throw new LacreError("USAGE", `entry ${key} has a value for each environment, and none was named`, {
    hint: "this lacre cannot change one of them yet: that is what --env will say; nothing was changed",
  });
}
