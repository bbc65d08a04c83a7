/** `lacre exec`: a program with the opened values in its environment, or in files that exist in memory only. */
import * as fs from "node:fs";
import * as path from "node:path";
import { fromUtf8 } from "../../src/bytes.ts";
import { LacreError } from "../../src/errors.ts";
import { isVariable, type PlainSecret, wipeSecret } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { withMemoryDirectory } from "../files/memory-files.ts";
import { openFile } from "../keys/open-file.ts";
import { withKeyring } from "../keys/private-keys.ts";
import { onlyNamed, type RefusedVariable, refusedVariable, refuseVariables } from "../terminal/variable-names.ts";

type ExecOptions = {
  readonly keyFile?: readonly string[];
  readonly files?: boolean;
  /** Entries; all if it is not given. */
  readonly only?: readonly string[];
  readonly prefix?: string;
  /** Variables that may be set although they drive programs, or are set already. */
  readonly allow?: readonly string[];
};

/**
 * Where private keys are is no business of the program, and what it prints or reports should not tell. No border: it runs as the same
 * user, and finds the variables and arguments of lacre itself below /proc.
 */
const WITHHELD = ["LACRE_KEY_FILE", "LACRE_SIGN_WITH", "LACRE_RECIPIENT", "LACRE_PIN"];

/** Names the directory of --files for the program. */
const FILES_VARIABLE = "LACRE_FILES";

/** Runs the program and gives its exit status. */
export async function exec(
  context: CommandContext,
  file: string,
  [command = "", ...args]: readonly string[],
  options: ExecOptions,
): Promise<number> {
  if (options.files === true) refuseForFiles(options);
  const secrets = await withKeyring(context, options.keyFile ?? [], (keyring) => openFile(context, file, keyring));
  const inherited = Object.fromEntries(Object.entries(context.env).filter(([name]) => !WITHHELD.includes(name)));
  try {
    if (options.files !== true) {
      const env = { ...inherited, ...asVariables(file, secrets, inherited, options) };
      return await context.runChild({ command, args, env });
    }
    return await withMemoryDirectory(context, (directory) => {
      writeFiles(file, directory, secrets, options.only);
      return context.runChild({ command, args, env: { ...inherited, [FILES_VARIABLE]: directory } });
    });
  } finally {
    for (const secret of secrets) wipeSecret(secret);
  }
}

/** Anybody with the public key may have sealed the value: it chooses neither what runs nor what the user has set. */
function refusedHere(
  name: string,
  value: string,
  inherited: Readonly<Record<string, string | undefined>>,
): RefusedVariable | undefined {
  // Entries may be called constructor: what every object has is not set.
  const isReplaced = Object.hasOwn(inherited, name) && inherited[name] !== value;
  return refusedVariable(name) ?? (isReplaced ? { name, why: "is set already" } : undefined);
}

function asVariables(
  file: string,
  secrets: readonly PlainSecret[],
  inherited: Readonly<Record<string, string | undefined>>,
  { only, prefix = "", allow = [] }: ExecOptions,
): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  const refused: RefusedVariable[] = [];
  const entries = secrets.flatMap((secret) => [...secret.values]);
  for (const [entry, value] of onlyNamed(file, entries, only)) {
    const key = `${prefix}${entry}`;
    const text = fromUtf8(value);
    if (!isVariable(key) || text === undefined || text.includes("\0")) {
      throw new LacreError("SECRET_INVALID", `${file}: ${key} cannot be an environment variable`, {
        hint: "give the values as files: --files",
      });
    }
    if (key in variables) {
      throw new LacreError("CONFLICT", `${file}: two Secrets have an entry ${key}`, {
        hint: "give the values as files: --files",
      });
    }
    const refusal = allow.includes(key) ? undefined : refusedHere(key, text, inherited);
    if (refusal !== undefined) refused.push(refusal);
    variables[key] = text;
  }
  // A word in front makes nothing harmless that is told by its last words.
  const isHelpedByPrefix = refused.every(({ name }) => refusedVariable(`APP_${name}`) === undefined);
  refuseVariables(file, refused, `name what is wanted with --only${isHelpedByPrefix ? ", or use --prefix" : ""}`);
  return variables;
}

function refuseForFiles({ prefix, allow }: ExecOptions): void {
  const given = prefix !== undefined ? "--prefix" : allow !== undefined ? "--allow" : undefined;
  if (given === undefined) return;
  throw new LacreError("USAGE", `${given} is about variables: it does not go with --files`, {
    hint: "files have the names of their entries; --only chooses among them",
  });
}

/** One Secret lies flat; several have a directory each. */
function writeFiles(
  file: string,
  directory: string,
  secrets: readonly PlainSecret[],
  only: readonly string[] | undefined,
): void {
  const files = secrets.flatMap((secret) => {
    const own = secrets.length === 1 ? directory : path.join(directory, secret.namespace || "default", secret.name);
    fs.mkdirSync(own, { recursive: true, mode: 0o700 });
    return [...secret.values].map(([key, value]) => [key, { at: path.join(own, key), value }] as const);
  });
  for (const [, { at, value }] of onlyNamed(file, files, only)) {
    fs.writeFileSync(at, value, { mode: 0o400, flag: "wx" });
  }
}
