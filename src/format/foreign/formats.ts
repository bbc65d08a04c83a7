/** The tools whose ciphertext is known, a row each: what they write is sealed, wherever it is met. */
import { AGE } from "./age.ts";
import { ANSIBLE } from "./ansible.ts";
import { BITNAMI } from "./bitnami.ts";
import { DOTENVX } from "./dotenvx.ts";
import { EJSON } from "./ejson.ts";
import type { ForeignFormat } from "./format.ts";
import { GIT_CRYPT } from "./git-crypt.ts";
import { OPENSSL } from "./openssl.ts";
import { SOPS } from "./sops.ts";

/** Every one of them. */
export const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  SOPS,
  EJSON,
  ANSIBLE,
  AGE,
  OPENSSL,
  DOTENVX,
  BITNAMI,
  GIT_CRYPT,
];

/** The tool whose ciphertext a value is by its form. */
export function foreignFormatOf(value: string): ForeignFormat | undefined {
  return FOREIGN_FORMATS.find((format) => format.value?.test(value));
}

/** True for a value that is another tool's ciphertext by its form. */
export function isForeignValue(value: string): boolean {
  return foreignFormatOf(value) !== undefined;
}

/** The tool that a whole text went through, by what it says of itself. */
export function foreignFileFormat(text: string): ForeignFormat | undefined {
  return FOREIGN_FORMATS.find((format) => format.value?.test(text.trim()) || format.traces?.(text));
}

/** True for a whole file that is another tool's ciphertext in bytes; one character a byte. */
export function isForeignBinary(bytes: string): boolean {
  return foreignBinaryFormat(bytes) !== undefined;
}

/** The tool whose ciphertext bytes are by how they begin; one character a byte. */
export function foreignBinaryFormat(bytes: string): ForeignFormat | undefined {
  return FOREIGN_FORMATS.find((format) => format.bytes?.test(bytes));
}

/** True for a text in which something says that it went through one of them. */
export function hasForeignTraces(text: string): boolean {
  return FOREIGN_FORMATS.some((format) => format.traces?.(text));
}
