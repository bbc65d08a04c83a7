/** `lacre exec`: a program with the opened values in its environment, or in files that exist in memory only. */
import * as fs from "node:fs";
import * as path from "node:path";
import { fromUtf8, LacreError, type PlainSecret, wipeSecret } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { runChild } from "../io/child.ts";
import { withMemoryDirectory } from "../io/memory-files.ts";
import { withKeyring } from "../io/private-keys.ts";
import { openFile } from "./open.ts";

type ExecOptions = { readonly keyFile?: readonly string[]; readonly files?: boolean };

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
  try {
    if (options.files !== true)
      return await runChild({ command, args, env: { ...context.env, ...asVariables(file, secrets) } });
    return await withMemoryDirectory(context, (directory) => {
      writeFiles(directory, secrets);
      return runChild({ command, args, env: { ...context.env, [FILES_VARIABLE]: directory } });
    });
  } finally {
    for (const secret of secrets) wipeSecret(secret);
  }
}

function asVariables(file: string, secrets: readonly PlainSecret[]): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const [key, value] of secrets.flatMap((secret) => [...secret.values])) {
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
