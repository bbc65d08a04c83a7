/** `lacre keys fetch` and `lacre keys pin`: a cluster's signed public keys, into the repository. */
import * as fs from "node:fs";
import * as path from "node:path";
import {
  type Engine,
  type Environment,
  isKeyList,
  LacreError,
  parseKeyList,
  parsePublicKeys,
  type SignedKeyList,
  shortKeyId,
} from "../../src/index.ts";
import { writeAtomic } from "../../src/node/write.ts";
import type { CommandContext } from "../context.ts";
import { type ClusterOptions, openCluster } from "../io/cluster.ts";
import { findConfiguration, insideOf } from "../io/configuration.ts";
import { pinRecipient } from "../io/environment-pins.ts";
import { readSource, STDIN } from "../io/files.ts";
import { workTreeRoot } from "../io/git.ts";
import { publishedList } from "../io/key-orders.ts";
import { fingerprintOfKey, pinKeyList, trustKeyList } from "../io/pins.ts";
import { nameFile } from "../io/private-keys.ts";
import { readEnvironment } from "../io/public-keys.ts";

/** Options of `lacre keys fetch`. */
export type FetchOptions = ClusterOptions & {
  readonly env?: string;
  readonly keyNamespace: string;
  readonly from?: string;
  readonly output?: string;
};

async function readList(
  context: CommandContext,
  options: FetchOptions,
): Promise<{ readonly text: string; readonly from: string }> {
  if (options.from !== undefined) {
    const source = await readSource(context, options.from);
    return { text: source.text, from: source.path };
  }
  const cluster = await openCluster(context, options);
  const text = await publishedList(cluster, options.keyNamespace);
  context.progress("");
  return { text, from: cluster.context };
}

/** Where the list belongs: named, or the environment's own file, or keys/CLUSTER.keys at the repository's root. */
function outputFile(context: CommandContext, options: FetchOptions, list: SignedKeyList): string {
  if (options.output !== undefined) return path.resolve(context.cwd, options.output);
  const found = findConfiguration(context);
  if (options.env !== undefined) {
    const environment = found?.configuration.environments.get(options.env);
    if (found === undefined || environment === undefined) {
      throw new LacreError("USAGE", `.lacre.yaml has no environment ${JSON.stringify(options.env)}`, {
        hint: `it has: ${[...(found?.configuration.environments.keys() ?? [])].join(", ") || "none"}`,
      });
    }
    return insideOf(found.directory, fileOf(found.directory, environment, list));
  }
  const root = found?.directory ?? workTreeRoot(context.cwd) ?? context.cwd;
  return insideOf(root, path.join("keys", `${list.cluster}.keys`));
}

/** Of several clusters' files, the one that has a list of this cluster, or its name. */
function fileOf(directory: string, { name, keys }: Environment, list: SignedKeyList): string {
  const [only = ""] = keys;
  if (keys.length === 1) return only;
  const isOf = (file: string) => {
    const absolute = path.join(directory, file);
    const text = fs.existsSync(absolute) ? fs.readFileSync(absolute, "utf8") : "";
    return text.includes(`\ncluster: ${list.cluster}\n`) || path.parse(file).name === list.cluster;
  };
  const found = keys.find(isOf);
  if (found !== undefined) return found;
  throw new LacreError("USAGE", `${name} has the key lists of several clusters, and none is of ${list.cluster}`, {
    hint: `say which file it belongs into: --output ${keys.join(" or --output ")}`,
  });
}

/** Fetches, verifies, pins and writes. A list that is there already changes no byte. */
export async function fetchKeys(context: CommandContext, options: FetchOptions): Promise<void> {
  const engine = await context.engine();
  const { text, from } = await readList(context, options);
  let list: SignedKeyList;
  try {
    list = parseKeyList(engine, text);
  } catch (error) {
    throw error instanceof LacreError ? nameFile(from, error) : error;
  }
  await trustKeyList(context, engine, list);
  if (options.output === STDIN) {
    await context.print(text);
    return;
  }
  const file = outputFile(context, options, list);
  const shown = path.relative(context.cwd, file) || file;
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  if (before === text) {
    context.say(`${shown} is up to date (serial ${list.serial})`);
    return;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeAtomic({ path: file, content: text });
  const keys = list.keys.map(({ state, publicKey }) => `${shortKeyId(publicKey.keyId)} ${state}`).join(", ");
  context.say(`${shown}: ${list.cluster}, serial ${list.serial}, ${keys}. Commit it`);
}

/** The environment that names a file, and what its files name. */
function environmentOf(context: CommandContext, engine: Engine, file: string) {
  const found = findConfiguration(context);
  if (found === undefined) return undefined;
  const wanted = path.resolve(context.cwd, file);
  const environment = [...found.configuration.environments.values()].find(({ keys }) =>
    keys.some((one) => path.resolve(found.directory, one) === wanted),
  );
  if (environment === undefined) return undefined;
  const place = { directory: found.directory, name: environment.name };
  return { place, named: readEnvironment(context, engine, place, environment.keys) };
}

/** Pins whom a file names, once the fingerprint was compared with that of who runs the cluster, or has the key. */
export async function pinKeys(
  context: CommandContext,
  file: string,
  options: { readonly fingerprint: string; readonly replace?: boolean },
): Promise<void> {
  const engine = await context.engine();
  const { fingerprint } = options;
  const { text } = await readSource(context, file);
  const environment = environmentOf(context, engine, file);
  const list = isKeyList(text) ? parseKeyList(engine, text) : undefined;
  if (list === undefined) refuseOtherKey(engine, text, fingerprint);
  // Of an environment the name of the cluster is not what counts: two clusters may have one.
  else await pinKeyList(context, engine, list, { ...options, replace: options.replace ?? environment !== undefined });
  if (environment !== undefined) await pinRecipient(context, engine, environment.place, environment.named, fingerprint);
  else if (list === undefined) {
    throw new LacreError("USAGE", `${file} is named by no environment of .lacre.yaml`, {
      hint: "a bare key is pinned for an environment; elsewhere it is named with --recipient, and needs no pin",
    });
  }
  context.say(`pinned ${list?.cluster ?? environment?.place.name}: ${fingerprint}`);
}

/** PIN_MISMATCH for a bare key that is not the one that was compared. */
function refuseOtherKey(engine: Engine, text: string, fingerprint: string): void {
  const all = parsePublicKeys(engine, text).map((key) => fingerprintOfKey(engine, key));
  if (all.includes(fingerprint)) return;
  throw new LacreError("PIN_MISMATCH", `the key has the fingerprint ${all.join(", ")}, and named is ${fingerprint}`, {
    hint: "somebody may have swapped it: ask who has the private key",
  });
}
