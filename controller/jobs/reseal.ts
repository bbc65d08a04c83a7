/**
 * `lacre-controller reseal`: one run, as a Job with the controller's own rights. It moves what it may read to the newest key and
 * gives the new tokens out, ciphertext only. It writes nothing into the cluster: Git stays the source.
 */

import * as fs from "node:fs";
import {
  createSealer,
  type Engine,
  Keyring,
  type PublicKey,
  parseSigningSeed,
  type Sealer,
} from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { readSealedObject } from "../../src/format/index.ts";
import {
  type HeldKey,
  isKeyList,
  type ListedKey,
  newestActive,
  parseKeyList,
  parsePublicKeys,
} from "../../src/keys/index.ts";
import {
  entryOf,
  type KeyedSlot,
  type KeyId,
  type SealedSecret,
  type Slot,
  shortKeyId,
  slotsOf,
} from "../../src/model/index.ts";
import { CONTROLLER, IDENTITY_SECRET, KEY_LIST_DATA, KEY_LIST_NAME, SEALING_KEY } from "../../src/model/kubernetes.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { inFile, writeError } from "../../src/node/file-error.ts";
import { readKeyFile } from "../../src/node/key-file.ts";
import { beginNew } from "../../src/node/write.ts";
import { resealFooter, resealHeader, resealLine, resealSecret, tokenDigest } from "../../src/seal/index.ts";
import { VERSION } from "../../src/version.ts";
import { HeldKeys } from "../keys/held-keys.ts";
import { Access } from "../kube/access.ts";
import { KubeApi, secretsPath } from "../kube/api.ts";
import { KubeClient } from "../kube/client.ts";
import { keyOf, type SealedSecretObject, type SecretObject } from "../kube/object.ts";
import { createLog, type Logger } from "../telemetry/log.ts";
import type { ResealConfig } from "./reseal-config.ts";

const STATUS_OF_LEFT = 5;
const REQUEST_TIMEOUT_MS = 30_000;

/** The keys of a cluster that shares values with this one, and the newest of them. */
type Other = { readonly known: ReadonlySet<KeyId>; readonly newest: readonly PublicKey[] };

type Means = {
  readonly engine: Engine;
  readonly keyring: Keyring;
  readonly newest: PublicKey;
  readonly others: readonly Other[];
  readonly sealer: Sealer | undefined;
};

function readOther(engine: Engine, file: string): Other {
  const text = fs.readFileSync(file, "utf8");
  return inFile(file, () => {
    if (!isKeyList(text)) {
      const keys = parsePublicKeys(engine, text);
      return { known: new Set(keys.map(({ keyId }) => keyId)), newest: keys };
    }
    const list = parseKeyList(engine, text);
    // Without a key to move to, a token would be moved away from that cluster.
    return {
      known: new Set(list.keys.map(({ publicKey }) => publicKey.keyId)),
      newest: [newestOf(list, list.cluster)],
    };
  });
}

/** The keys that count, judged as the controller judges them; none where the identity is in doubt. */
async function readKeys(
  api: KubeApi,
  engine: Engine,
  { keyNamespace: namespace, pinnedIdentity: pin }: ResealConfig,
): Promise<readonly HeldKey[]> {
  const held = new HeldKeys({
    engine,
    openCompromised: true,
    pin,
    changed: () => undefined,
    destroyed: () => undefined,
    malformed: () => undefined,
    unproven: () => undefined,
  });
  const identity = await api.getSecret(`${namespace}/${IDENTITY_SECRET}`);
  if (identity !== undefined) held.upsert(identity);
  const path = secretsPath(namespace);
  const query = { labelSelector: SEALING_KEY };
  const list = await api.client.json<{ readonly items: readonly SecretObject[] }>({ method: "GET", path, query });
  for (const secret of list.items) held.upsert(secret);
  held.sawList((await api.getConfigMap(namespace, KEY_LIST_NAME))?.data?.[KEY_LIST_DATA]);
  const doubt = identity === undefined ? `there is no identity in ${namespace}` : held.doubt;
  if (doubt === undefined) return [...held.records.values()];
  throw new LacreError("KEY_INVALID", doubt, { hint: "see the controller's log, and --identity SHA256:..." });
}

function newestOf(list: Parameters<typeof newestActive<HeldKey | ListedKey>>[0], whose: string): PublicKey {
  const newest = newestActive(list);
  if (newest !== undefined) return newest.publicKey;
  throw new LacreError("NO_PUBLIC_KEY", `${whose} has no active key to move to`, { hint: "lacre keys rotate" });
}

async function loadMeans(api: KubeApi, config: ResealConfig): Promise<Means> {
  const engine = await loadEngine();
  const keys = await readKeys(api, engine, config);
  const seed =
    config.signWith === undefined ? undefined : parseSigningSeed(readKeyFile(config.signWith, process.env).text);
  return {
    engine,
    // Compromised keys open too: resealing is how one gets away from them.
    keyring: new Keyring(keys.flatMap(({ privateKey }) => privateKey ?? [])),
    newest: newestOf({ keys }, "the cluster"),
    others: config.others.map((file) => readOther(engine, file)),
    sealer: seed && createSealer(engine, seed),
  };
}

/** The values of an object as objects of their own: each slot of an entry may be for others than its neighbours. */
function* singleValues(object: SealedSecretObject): Generator<SealedSecret> {
  const { entries, ...rest } = readSealedObject(object);
  for (const { key, slot } of slotsOf(entries)) yield { ...rest, entries: new Map([[key, entryOf(slot.text)]]) };
}

/** Whom a token is moved to: our newest key, and the newest of each cluster that could open it before. */
function targetsOf({ newest, others }: Means, { keyIds }: Slot) {
  const sharing = others.filter(({ known }) => keyIds.some((keyId) => known.has(keyId)));
  return {
    recipients: [newest, ...sharing.flatMap((other) => other.newest)],
    replaced: new Set(sharing.flatMap(({ known }) => [...known])),
  };
}

type Told = (object: string, key: string, why: string) => void;

/** The line of an entry, undefined where it is not stale; what cannot be moved is told. */
function resealValue(means: Means, sealed: SealedSecret, told: Told): string | undefined {
  const [{ key, slot }] = slotsOf(sealed.entries) as [KeyedSlot];
  const { engine, keyring, sealer } = means;
  const object = `${sealed.namespace}/${sealed.name}`;
  const { changes, failures, signed, shared } = resealSecret(engine, keyring, sealed, targetsOf(means, slot), sealer);
  const [failure] = failures;
  const [other] = shared;
  if (failure !== undefined) told(object, key, failure.reason);
  if (signed.length > 0) told(object, key, "signed by its sealer; --sign-with signs anew");
  if (other !== undefined)
    told(object, key, `also for ${shortKeyId(other.keyId)}; --other-keys FILE names its cluster`);
  const token = changes.get(key);
  if (token === undefined) return undefined;
  const { namespace, name } = sealed;
  return resealLine({ namespace, name, key, replaces: tokenDigest(engine, slot.text), token });
}

type Tally = { entries: number; left: number; upToDate: number };

/** One object: its stale entries as lines, the others counted. */
function resealObject(means: Means, object: SealedSecretObject, tally: Tally, log: Logger): readonly string[] {
  const lines: string[] = [];
  const told: Told = (name, key, why) => {
    tally.left++;
    log.warn({ object: name, key, why }, "an entry stays as it is");
  };
  try {
    for (const sealed of singleValues(object)) {
      const before = tally.left;
      const line = resealValue(means, sealed, told);
      if (line !== undefined) lines.push(line);
      else if (tally.left === before) tally.upToDate++;
    }
  } catch (error) {
    if (!(error instanceof LacreError) || error.code !== "MANIFEST_INVALID") throw error;
    told(keyOf(object), "", error.message);
  }
  tally.entries += lines.length;
  return lines;
}

/** Where the lines go: standard output, or a file that appears when it is whole. OUTPUT_EXISTS or OUTPUT_FAILED. */
function beginOutput(output: string): ReturnType<typeof beginNew> {
  if (output === "-") return { descriptor: 1, finish: () => undefined };
  try {
    return beginNew(output, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeError(output, error);
    throw new LacreError("OUTPUT_EXISTS", `${output} exists already`, { hint: "name a new file", cause: error });
  }
}

/** Runs once; 0, or 5 when something could not be moved. */
export async function resealCluster(config: ResealConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const client = new KubeClient(new Access(config.access), `${CONTROLLER}/${VERSION} (reseal)`, REQUEST_TIMEOUT_MS);
  const api = new KubeApi(client);
  const means = await loadMeans(api, config);
  const output = beginOutput(config.output);
  const tally: Tally = { entries: 0, left: 0, upToDate: 0 };
  const namespaces = config.namespaces.length === 0 ? [undefined] : config.namespaces;
  writeAll(output.descriptor, resealHeader(config.cluster));
  for (const namespace of namespaces) {
    for await (const object of api.listSealed(namespace))
      for (const line of resealObject(means, object, tally, log)) writeAll(output.descriptor, line);
  }
  writeAll(output.descriptor, resealFooter(tally.entries, tally.left));
  output.finish();
  means.keyring.wipe();
  log.info({ to: shortKeyId(means.newest.keyId), ...tally }, "resealed");
  return tally.left === 0 ? 0 : STATUS_OF_LEFT;
}

/** A pipe takes as much as it can. */
function writeAll(descriptor: number, line: string): void {
  const bytes = Buffer.from(line);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
