/** `lacre exec`: a program with the opened values in its environment, or in files that exist in memory only. */
import * as fs from "node:fs";
import * as path from "node:path";
import { fromUtf8, LacreError, type PlainSecret, whatItDrives, wipeSecret } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { runChild } from "../io/child.ts";
import { withMemoryDirectory } from "../io/memory-files.ts";
import { withKeyring } from "../io/private-keys.ts";
import { openFile } from "./open.ts";

type ExecOptions = {
  readonly keyFile?: readonly string[];
  readonly files?: boolean;
  /** Entries; all if it is not given. */
  readonly only?: readonly string[];
  readonly prefix?: string;
  /** Variables that may be set although they drive programs, or are set already. */
  readonly allow?: readonly string[];
};

/** Where private keys are: who may seal a value must not learn it from the program that the value is for. */
const WITHHELD = ["LACRE_KEY_FILE", "LACRE_SIGN_WITH", "LACRE_RECIPIENT", "LACRE_PIN"];

/** Names the directory of --files for the program. */
const FILES_VARIABLE = "LACRE_FILES";
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Runs the program and gives its exit status. */
export async function exec(
  context: CommandContext,
  file: string,
  [command = "", ...args]: readonly string[],
  options: ExecOptions,
): Promise<number> {
  const secrets = await withKeyring(context, options.keyFile ?? [], (keyring) => openFile(context, file, keyring));
  const inherited = Object.fromEntries(Object.entries(context.env).filter(([name]) => !WITHHELD.includes(name)));
  try {
    if (options.files !== true) {
      const env = { ...inherited, ...asVariables(file, secrets, inherited, options) };
      return await runChild({ command, args, env });
    }
    return await withMemoryDirectory(context, (directory) => {
      writeFiles(directory, secrets);
      return runChild({ command, args, env: { ...inherited, [FILES_VARIABLE]: directory } });
    });
  } finally {
    for (const secret of secrets) wipeSecret(secret);
  }
}

function refuseMissing(file: string, secrets: readonly PlainSecret[], only: readonly string[]): void {
  const missing = only.find((key) => !secrets.some(({ values }) => values.has(key)));
  if (missing === undefined) return;
  throw new LacreError("ENTRY_NOT_FOUND", `${file} has no entry ${missing}`, { hint: "lacre inspect shows them" });
}

/** Anybody with the public key may have sealed the value: it must not choose what runs. */
function refuseDriving(
  file: string,
  name: string,
  value: string,
  inherited: Readonly<Record<string, string | undefined>>,
  allow: readonly string[],
): void {
  if (allow.includes(name)) return;
  const drives = whatItDrives(name);
  const isReplaced = name in inherited && inherited[name] !== value;
  if (drives === undefined && !isReplaced) return;
  const why = drives === undefined ? "is set already" : `would change ${drives}`;
  throw new LacreError("SECRET_INVALID", `${file}: the variable ${name} ${why}`, {
    hint: `leave it out with --only, name it otherwise with --prefix, give it as a file with --files; or, if it is meant: --allow ${name}`,
  });
}

function asVariables(
  file: string,
  secrets: readonly PlainSecret[],
  inherited: Readonly<Record<string, string | undefined>>,
  { only, prefix = "", allow = [] }: ExecOptions,
): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  refuseMissing(file, secrets, only ?? []);
  const wanted = secrets.flatMap((secret) => [...secret.values]).filter(([key]) => only?.includes(key) ?? true);
  for (const [entry, value] of wanted) {
    const key = `${prefix}${entry}`;
    const text = fromUtf8(value);
    if (!VARIABLE.test(key) || text === undefined || text.includes("\0")) {
      throw new LacreError("SECRET_INVALID", `${file}: ${key} cannot be an environment variable`, {
        hint: "give the values as files: --files",
      });
    }
    if (key in variables) {
      throw new LacreError("CONFLICT", `${file}: two Secrets have an entry ${key}`, {
        hint: "give the values as files: --files",
      });
    }
    refuseDriving(file, key, text, inherited, allow);
    variables[key] = text;
  }
  return variables;
}

/** One Secret lies flat; several have a directory each. */
function writeFiles(directory: string, secrets: readonly PlainSecret[]): void {
  for (const secret of secrets) {
    const own = secrets.length === 1 ? directory : path.join(directory, secret.namespace || "default", secret.name);
    fs.mkdirSync(own, { recursive: true, mode: 0o700 });
    for (const [key, value] of secret.values) fs.writeFileSync(path.join(own, key), value, { mode: 0o400, flag: "wx" });
  }
}
