/** `lacre keys fetch`: a cluster's signed public keys, into the repository. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../../../src/crypto/index.ts";
import { LacreError } from "../../../src/errors.ts";
import { isKeyList, parseKeyList, type SignedKeyList } from "../../../src/keys/index.ts";
import { type Environment, printableName, shellWord } from "../../../src/model/index.ts";
import { inFile } from "../../../src/node/file-error.ts";
import { writeAtomic } from "../../../src/node/write.ts";
import { type ClusterOptions, openCluster } from "../../cluster/cluster.ts";
import { publishedList } from "../../cluster/key-orders.ts";
import type { CommandContext } from "../../context.ts";
import { readSource, STDIN } from "../../files/files.ts";
import { workTreeRoot } from "../../git/git.ts";
import { describeKeys } from "../../keys/key-words.ts";
import {
  describePin,
  describeRecipient,
  isSameRecipient,
  refuseOlder,
  refuseOtherFingerprint,
} from "../../keys/pin-verdict.ts";
import { type PinTarget, pinRecipient, targetsOf } from "../../keys/pinning.ts";
import { type Pin, type PinnedRecipient, pinOf, readPins } from "../../keys/pins.ts";
import { recipientsInText, recipientsOf, refuseUndemanded, rememberSerials } from "../../keys/recipient-pins.ts";
import { findConfiguration, insideOf } from "../../repository/configuration.ts";

/** Options of `lacre keys fetch`. */
export type FetchOptions = ClusterOptions & {
  readonly env?: string;
  readonly keyNamespace: string;
  readonly from?: string;
  readonly output?: string;
  /** What who runs the cluster told: takes the place of what was pinned. */
  readonly fingerprint?: string;
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
  const root = found?.directory ?? workTreeRoot(context, context.cwd) ?? context.cwd;
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
    hint: `say which file it belongs into: --output ${keys.map(shellWord).join(" or --output ")}`,
  });
}

/**
 * Fetches, verifies, writes and pins. What comes from a cluster is vouched for by the kubeconfig, and what comes from elsewhere
 * by a fingerprint that the user names. A list that is there already changes no byte.
 */
export async function fetchKeys(context: CommandContext, options: FetchOptions): Promise<void> {
  const engine = await context.engine();
  const { text, from } = await readList(context, options);
  const list = inFile(from, () => parseKeyList(engine, text));
  const [recipient = { fingerprint: "" }] = recipientsOf(engine, { file: from, keys: [], list });
  const label = `the key list of ${list.cluster}`;
  if (options.fingerprint !== undefined) refuseOtherFingerprint(label, recipient.fingerprint, options.fingerprint);
  const found = [{ file: from, recipients: [recipient], own: undefined }];
  const pins = readPins(context);
  refuseOlder(recipient, pins);
  const isDemanded = refuseUndemanded(context, { name: label, environment: options.env, found });
  if (options.output === STDIN) {
    await context.print(text);
    return;
  }
  const file = outputFile(context, options, list);
  const shown = path.relative(context.cwd, file) || file;
  const targets = isDemanded
    ? []
    : targetsOf(context, shown, options.output === undefined ? options.env : undefined, recipient.fingerprint);
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  const here = listIn(engine, before);
  if (here !== undefined && isSameRecipient(here, recipient)) refuseOlder(recipient, { known: [here], pins: [] });
  const unpinned = targets.filter((target) => !isPinned(pinOf(pins, target.place.key), recipient));
  for (const target of unpinned.filter((one) => !isVouched(one, options))) {
    refuseOtherIdentity(shown, here, pinOf(pins, target.place.key), recipient, options.fingerprint);
  }
  if (before === text) context.say(`${shown} is up to date (serial ${list.serial})`);
  else {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeAtomic({ path: file, content: text });
    context.say(`${shown}: ${list.cluster}, serial ${list.serial}, ${describeKeys(list)}. Commit it`);
  }
  if (!isDemanded) await rememberSerials(context, found, pins);
  for (const target of unpinned) await pinFetched(context, engine, shown, target, recipient, options);
}

/** A fingerprint is of a file; of an environment that has a pin only where the user names it. */
function isVouched({ place, isNamed }: PinTarget, { fingerprint }: FetchOptions): boolean {
  return fingerprint !== undefined && (isNamed || place.key.environment === undefined);
}

function isPinned(pin: Pin | undefined, recipient: PinnedRecipient): boolean {
  return pin?.recipients.some((one) => isSameRecipient(one, recipient)) === true;
}

/** Pins a list that somebody vouches for, and says what is left to compare. */
async function pinFetched(
  context: CommandContext,
  engine: Engine,
  file: string,
  target: PinTarget,
  { fingerprint: is, cluster = "" }: PinnedRecipient,
  { from, fingerprint }: FetchOptions,
): Promise<void> {
  if (from !== undefined && fingerprint === undefined) {
    context.say(
      `${cluster} is ${is}, and not pinned: compare it with who runs it; then: lacre keys pin ${shellWord(file)} --fingerprint SHA256:...`,
    );
    return;
  }
  // Without a fingerprint the user names an environment to say where the list belongs, not what it is sealed for.
  const vouched = { ...target, isNamed: target.isNamed && fingerprint !== undefined };
  const { pin, dropped } = await pinRecipient(context, engine, file, vouched, { fingerprint: is, isDefault: false });
  const isEnvironment = target.place.key.environment !== undefined;
  context.say(`pinned ${isEnvironment ? describePin(pin, target.place.name) : `${cluster}: ${is}`}`);
  for (const one of dropped) context.say(`no longer pinned: ${describeRecipient(one)}`);
  if (fingerprint === undefined) {
    context.say(
      "compare it with what who runs the cluster sees in the controller's log; every later list must be signed by it",
    );
  }
}

/**
 * PIN_MISMATCH where there is a pin that the list is not in, or where the file is of another identity. here: what it holds.
 * compared: the fingerprint that the user named.
 */
function refuseOtherIdentity(
  shown: string,
  here: PinnedRecipient | undefined,
  pin: Pin | undefined,
  recipient: PinnedRecipient,
  compared: string | undefined,
): void {
  const isOther = here !== undefined && !isSameRecipient(here, recipient) && compared === undefined;
  if (pin === undefined && !isOther) return;
  const other = pin?.recipients.map(describeRecipient).join(", ") ?? (here && describeRecipient(here));
  throw new LacreError(
    "PIN_MISMATCH",
    `${printableName(shown)} is of ${other}, and the list that was fetched is of ${describeRecipient(recipient)}`,
    {
      hint: `harmless if the cluster was made anew, or this is another cluster of that name (--output FILE): ask who runs it for the fingerprint; then: lacre keys fetch${pin?.environment === undefined ? "" : ` --env ${shellWord(pin.environment)}`} --fingerprint SHA256:... with what they tell`,
    },
  );
}

/** Whose list a text is; undefined where it is none, or a damaged one, which may be replaced. */
function listIn(engine: Engine, text: string | undefined): PinnedRecipient | undefined {
  if (text === undefined || !isKeyList(text)) return undefined;
  try {
    return recipientsInText(engine, "", text)[0];
  } catch {
    return undefined;
  }
}
