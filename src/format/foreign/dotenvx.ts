/** dotenvx: a .env file with its public key in it, and values that say themselves that they are encrypted. */
import type { ForeignFormat } from "./format.ts";

const PUBLIC_KEY = /^[ \t]*(?:export[ \t]+)?DOTENV_PUBLIC_KEY\w*[ \t]*=/m;
const SEALED_LINE = /^[^\n=]{1,200}=[ \t]*["']?encrypted:/m;

/** dotenvx, and others that write `encrypted:` in front of a value. */
export const DOTENVX: ForeignFormat = {
  tool: "dotenvx",
  opened: "dotenvx decrypt -f FILE --stdout",

  value: /^enc(?:rypted|ryption)?:[\w:.+/=-]{40,}$/i,
  traces: (text) => PUBLIC_KEY.test(text) && SEALED_LINE.test(text),
};
