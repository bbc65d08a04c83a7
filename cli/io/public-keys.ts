/** Whom to seal for: the keys named on the command line, or those of an environment of .lacre.yaml. */
import * as path from "node:path";
import {
  type Engine,
  isKeyList,
  type KeyId,
  LacreError,
  newestActive,
  type PublicKey,
  parseKeyList,
  parsePublicKeys,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { findConfiguration, insideOf } from "./configuration.ts";
import type { EnvironmentPlace, NamedRecipient } from "./environment-pins.ts";
import { readSource, readSourceIfPresent } from "./files.ts";
import { nameFile } from "./private-keys.ts";

/** Options of every command that seals. */
export type RecipientOptions = { readonly recipient?: readonly string[]; readonly env?: string };

/** The variable that names a recipient where no option and no configuration does. */
const RECIPIENT_VARIABLE = "LACRE_RECIPIENT";
const PUBLIC_LINE = "lacre-public-";
const BARE_KEY =
  "note: a bare public key: nobody vouches for whose it is, and lacre does not learn when it is replaced or known to others; a signed list tells both: lacre keys fetch";

/** Keys to seal for. */
export type NamedKeys = {
  readonly keys: readonly PublicKey[];
  /** All keys of the lists that they come from. */
  readonly listed: readonly KeyId[];
  /** True when one was named as a bare public key, without a list that vouches for it. */
  readonly isBare: boolean;
};

/** What a text names: bare public keys as they stand, or a cluster's signed list. Whether it is trusted, the caller asks. */
function readNamed(engine: Engine, file: string, text: string): NamedRecipient {
  try {
    if (!isKeyList(text)) return { file, keys: parsePublicKeys(engine, text) };
    const list = parseKeyList(engine, text);
    const newest = newestActive(list);
    if (newest !== undefined) return { file, keys: [newest.publicKey], list };
    throw new LacreError("NO_PUBLIC_KEY", `the key list of ${list.cluster} has no active key`, {
      hint: "fetch the newest list: lacre keys fetch; if it has none either, ask who runs the cluster",
    });
  } catch (error) {
    throw error instanceof LacreError ? nameFile(file, error) : error;
  }
}

function toNamedKeys({ keys, list }: NamedRecipient): NamedKeys {
  const listed = (list?.keys.map(({ publicKey }) => publicKey) ?? keys).map(({ keyId }) => keyId);
  return { keys, listed, isBare: list === undefined };
}

async function parseNamed(context: CommandContext, engine: Engine, name: string, text: string): Promise<NamedKeys> {
  const named = readNamed(engine, name, text);
  if (named.list !== undefined) {
    const { trustKeyList } = await import("./pins.ts");
    try {
      await trustKeyList(context, engine, named.list);
    } catch (error) {
      throw error instanceof LacreError ? nameFile(name, error) : error;
    }
  }
  return toNamedKeys(named);
}

async function readRecipient(context: CommandContext, engine: Engine, recipient: string): Promise<NamedKeys> {
  if (recipient.startsWith(PUBLIC_LINE)) return parseNamed(context, engine, "the key", recipient);
  if (recipient.startsWith("lacre-private-")) {
    throw new LacreError("KEY_IS_PRIVATE", "a private key was given on the command line, where others can see it", {
      hint: "treat it as known to others and replace it; sealing needs only the public key",
    });
  }
  return parseNamed(context, engine, recipient, (await readSource(context, recipient)).text);
}

/**
 * Says what a bare public key gives up, where one was named: after the work, so that an error stays the one thing that is said.
 * Of those in .lacre.yaml `lacre doctor` speaks.
 */
export function tellOfBareKeys(context: CommandContext, { isBare }: NamedKeys, { recipient }: RecipientOptions): void {
  if (isBare && (recipient !== undefined || context.env[RECIPIENT_VARIABLE])) context.say(BARE_KEY);
}

/** The public keys to seal for, at least one, or NO_PUBLIC_KEY with the way to get one. */
export async function loadRecipients(context: CommandContext, options: RecipientOptions): Promise<NamedKeys> {
  const engine = await context.engine();
  const named = options.recipient ?? [];
  if (named.length > 0) return joined(await Promise.all(named.map((one) => readRecipient(context, engine, one))));
  const variable = context.env[RECIPIENT_VARIABLE];
  if (variable && options.env === undefined) return readRecipient(context, engine, variable);
  return readEnvironmentKeys(context, engine, options.env);
}

function joined(all: readonly NamedKeys[]): NamedKeys {
  return {
    keys: all.flatMap(({ keys }) => keys),
    listed: all.flatMap(({ listed }) => listed),
    isBare: all.some(({ isBare }) => isBare),
  };
}

async function readEnvironmentKeys(
  context: CommandContext,
  engine: Engine,
  wanted: string | undefined,
): Promise<NamedKeys> {
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
  const named = readEnvironment(context, engine, { directory: found.directory, name }, environment.keys);
  const { trustEnvironment } = await import("./environment-pins.ts");
  await trustEnvironment(context, engine, { directory: found.directory, name }, named);
  return joined(named.map(toNamedKeys));
}

/** What the files of an environment name. */
export function readEnvironment(
  context: CommandContext,
  engine: Engine,
  { directory, name }: EnvironmentPlace,
  keys: readonly string[],
): readonly NamedRecipient[] {
  const files = keys.map((one) => path.relative(context.cwd, insideOf(directory, one)) || one);
  return files.map((file) => readEnvironmentFile(context, engine, name, file));
}

function readEnvironmentFile(context: CommandContext, engine: Engine, name: string, file: string): NamedRecipient {
  const source = readSourceIfPresent(context, file);
  if (source === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", `no public key for ${JSON.stringify(name)}: ${file} is missing or empty`, {
      hint: `get the key of ${name} and commit it. From its cluster: lacre keys fetch --env ${name}. From a key file: lacre keys public --key-file KEY > ${file}`,
    });
  }
  return readNamed(engine, file, source.text);
}
