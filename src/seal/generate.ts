/** Values that nobody has ever seen: random characters, each as likely as any other. */
import { secretBytes } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { LacreError } from "../errors.ts";
import type { GeneratedForm } from "../model/generated-form.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

type Form = {
  readonly alphabet: string;
  /** Characters that make 256 bits, and the fewest that make 128. */
  readonly usual: number;
  readonly fewest: number;
  /** What a length has to be a multiple of, for who decodes it. */
  readonly step: number;
};

const FORMS: Readonly<Record<GeneratedForm, Form>> = {
  hex: { alphabet: `${DIGITS}abcdef`, usual: 64, fewest: 32, step: 2 },
  base64: { alphabet: `${LETTERS}${DIGITS}+/`, usual: 44, fewest: 24, step: 4 },
  alphanumeric: { alphabet: `${LETTERS}${DIGITS}`, usual: 43, fewest: 22, step: 1 },
};

/** Characters; nothing that takes a password takes more. */
const MAX_CHARACTERS = 4096;

/** What is wanted. length in characters; isWeak lets it be under 128 bits. */
export type Generated = { readonly form: GeneratedForm; readonly length?: number; readonly isWeak?: boolean };

/** How many characters it will have. USAGE for a length that is too short, too long, or that nobody could decode. */
export function generatedLength({ form, length, isWeak }: Generated): number {
  const { usual, fewest, step } = FORMS[form];
  if (length === undefined) return usual;
  const least = isWeak === true ? step : fewest;
  if (Number.isInteger(length) && length >= least && length <= MAX_CHARACTERS && length % step === 0) return length;
  const multiple = step === 1 ? "" : `, a multiple of ${step}`;
  throw new LacreError("USAGE", `--length for ${form} is ${least} to ${MAX_CHARACTERS} characters${multiple}`, {
    hint:
      isWeak === true || length >= fewest
        ? `without --length it has ${usual} characters, which are 256 bits`
        : `fewer are under 128 bits and can be guessed; if a system takes no more: --weak`,
  });
}

/** The value, ASCII. USAGE as above. */
export function generateValue(engine: Pick<Engine, "randomBytes">, wanted: Generated): Uint8Array {
  const { alphabet } = FORMS[wanted.form];
  const value = secretBytes(generatedLength(wanted));
  // A byte at or over it would make the first characters of the alphabet likelier.
  const limit = 256 - (256 % alphabet.length);
  for (let at = 0; at < value.length; ) {
    const random = engine.randomBytes(value.length);
    for (const byte of random) {
      if (byte < limit && at < value.length) value[at++] = alphabet.charCodeAt(byte % alphabet.length);
    }
    random.fill(0);
  }
  return value;
}
