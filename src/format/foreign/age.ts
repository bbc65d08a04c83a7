/** age: whole files, in bytes or as armor, which is also kept as a value, and as base64 of that. */
import type { ForeignFormat } from "./format.ts";

/** age. */
export const AGE: ForeignFormat = {
  tool: "age",
  opened: "age -d -i IDENTITY FILE",

  value: /^(?:-----BEGIN AGE ENCRYPTED FILE-----|LS0tLS1CRUdJTiBBR0UgRU5D)/,
  bytes: /^age-encryption\.org\/v1\n/,
  traces: (text) => text.includes("-----BEGIN AGE "),
};
