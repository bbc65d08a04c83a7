/**
 * Names of environment variables that decide which code runs, or where it reads and sends: no value of a secret belongs there.
 *
 * No list of them can be complete. So a name is judged twice: by the programs that are known to read it, and by its shape, since
 * programs call such variables alike. What passes here is not proved harmless: only names that the user wrote down are.
 */
import { ALWAYS, FAMILIES, type Family } from "./driving-families.ts";
import { CREDENTIALS, FREE, PLAIN, SHAPES } from "./driving-shapes.ts";

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VERSION = /(?:_\d+)+$/;

function matcher(names: string): RegExp {
  const alternatives = names.trim().split(/\s+/).join("|").replaceAll("*", ".*");
  return new RegExp(`^(?:${alternatives})$`);
}

const among = (families: readonly Family[]) => {
  const rules = families.map(({ drives, names }) => ({ drives, pattern: matcher(names) }));
  return (name: string) => rules.find(({ pattern }) => pattern.test(name))?.drives;
};

const always = among(ALWAYS);
const known = among(FAMILIES);
const shaped = among(SHAPES);
const free = matcher(FREE);
const credential = matcher(CREDENTIALS);
const plain = matcher(PLAIN);

/** Whether shells and programs take the name for one of a variable. A shell that reads `a.b=/c` runs a program of that name. */
export function isVariable(name: string): boolean {
  return VARIABLE.test(name);
}

/** What a variable of this name would change, or undefined for one that is only a value. Upper and lower case are one. */
export function whatItDrives(name: string): string | undefined {
  // Some programs read their variables in either case, such as http_proxy and npm_config_registry.
  const upper = name.toUpperCase();
  const ordered = always(upper);
  if (ordered !== undefined || free.test(upper) || credential.test(upper)) return ordered;
  const drives = known(upper);
  if (drives !== undefined) return drives;
  // With the underscore in front, a pattern of a last word meets a name that is only this word.
  const words = `_${upper.replace(VERSION, "")}`;
  return plain.test(words) ? undefined : shaped(words);
}
