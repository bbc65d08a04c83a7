/** Whom to seal for: the keys named on the command line, or those of an environment of .lacre.yaml. */
import * as path from "node:path";
import {
  type Engine,
  isKeyList,
  LacreError,
  newestActive,
  type PublicKey,
  parseKeyList,
  parsePublicKeys,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { findConfiguration } from "./configuration.ts";
import { readSource, readSourceIfPresent } from "./files.ts";
import { nameFile } from "./private-keys.ts";

/** Options of every command that seals. */
export type RecipientOptions = { readonly recipient?: readonly string[]; readonly env?: string };

/** The variable that names a recipient where no option and no configuration does. */
const RECIPIENT_VARIABLE = "LACRE_RECIPIENT";
const PUBLIC_LINE = "lacre-public-";

/** The keys in a text: bare public keys as they stand, or the newest active key of a cluster's signed list. */
async function parseNamed(
  context: CommandContext,
  engine: Engine,
  name: string,
  text: string,
): Promise<readonly PublicKey[]> {
  try {
    if (!isKeyList(text)) return parsePublicKeys(engine, text);
    const list = parseKeyList(engine, text);
    const { trustKeyList } = await import("./pins.ts");
    await trustKeyList(context, engine, list);
    const newest = newestActive(list);
    if (newest !== undefined) return [newest.publicKey];
    throw new LacreError("NO_PUBLIC_KEY", `the key list of ${list.cluster} has no active key`, {
      hint: "fetch the newest list: lacre keys fetch; if it has none either, ask who runs the cluster",
    });
  } catch (error) {
    throw error instanceof LacreError ? nameFile(name, error) : error;
  }
}

async function readRecipient(
  context: CommandContext,
  engine: Engine,
  recipient: string,
): Promise<readonly PublicKey[]> {
  if (recipient.startsWith(PUBLIC_LINE)) return parseNamed(context, engine, "the key", recipient);
  if (recipient.startsWith("lacre-private-")) {
    throw new LacreError("KEY_IS_PRIVATE", "a private key was given on the command line, where others can see it", {
      hint: "treat it as known to others and replace it; sealing needs only the public key",
    });
  }
  return parseNamed(context, engine, recipient, (await readSource(context, recipient)).text);
}

/** The public keys to seal for, at least one, or NO_PUBLIC_KEY with the way to get one. */
export async function loadRecipients(
  context: CommandContext,
  options: RecipientOptions,
): Promise<readonly PublicKey[]> {
  const engine = await context.engine();
  const named = options.recipient ?? [];
  if (named.length > 0) return (await Promise.all(named.map((one) => readRecipient(context, engine, one)))).flat();
  const variable = context.env[RECIPIENT_VARIABLE];
  if (variable && options.env === undefined) return readRecipient(context, engine, variable);
  return readEnvironmentKeys(context, engine, options.env);
}

async function readEnvironmentKeys(
  context: CommandContext,
  engine: Engine,
  wanted: string | undefined,
): Promise<readonly PublicKey[]> {
  const found = findConfiguration(context);
  const only =
    found?.configuration.environments.size === 1 ? [...found.configuration.environments.keys()][0] : undefined;
  const name = wanted ?? found?.configuration.defaultEnvironment ?? only;
  if (found === undefined || name === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", "no public key to seal with", {
      hint: "name one with --recipient FILE, or set up this repository: lacre init",
    });
  }
  const environment = found.configuration.environments.get(name);
  if (environment === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", `.lacre.yaml has no environment ${JSON.stringify(name)}`, {
      hint: `it has: ${[...found.configuration.environments.keys()].join(", ") || "none"}`,
    });
  }
  const files = environment.keys.map((one) => path.relative(context.cwd, path.join(found.directory, one)) || one);
  const keys = await Promise.all(files.map((file) => readEnvironmentFile(context, engine, name, file)));
  return keys.flat();
}

async function readEnvironmentFile(
  context: CommandContext,
  engine: Engine,
  name: string,
  file: string,
): Promise<readonly PublicKey[]> {
  const source = readSourceIfPresent(context, file);
  if (source === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", `no public key for ${JSON.stringify(name)}: ${file} is missing or empty`, {
      hint: `get the key of ${name} and commit it. From its cluster: lacre keys fetch --env ${name}. From a key file: lacre keys public --key-file KEY > ${file}`,
    });
  }
  return parseNamed(context, engine, file, source.text);
}
