/** Puts restored keys into a cluster: the keys first, the identity last, so that a controller acts only when all are there. */

import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import {
  factsOfKey,
  fingerprintOf,
  identitySecret,
  type KeyStore,
  keySecret,
  keySecretName,
  parseKeyList,
  proveKey,
} from "../../src/keys/index.ts";
import { IDENTITY, IDENTITY_SECRET, KEY_LIST_DATA, KEY_LIST_NAME, SEALING_KEY } from "../../src/model/kubernetes.ts";
import type { CommandContext } from "../context.ts";
import { type ClusterOptions, type ClusterReader, openCluster } from "./cluster.ts";

/** CONFLICT for a cluster that has keys or an identity of its own. What is there already of the same keys is fine. */
export async function restoreIntoCluster(
  context: CommandContext,
  engine: Engine,
  store: KeyStore,
  options: ClusterOptions & { readonly keyNamespace: string },
): Promise<void> {
  const cluster = await openCluster(context, options);
  const { keyNamespace: namespace } = options;
  await refuseOthers(cluster, engine, store, namespace);
  for (const key of store.keys) {
    const proof = proveKey(engine, factsOfKey(key), store.serial, store.identity);
    await cluster.createSecret(namespace, keySecret(namespace, key, proof));
  }
  await cluster.createSecret(namespace, identitySecret(namespace, store.identity, store.serial));
  context.progress("");
}

async function refuseOthers(cluster: ClusterReader, engine: Engine, store: KeyStore, namespace: string): Promise<void> {
  const own = new Set(store.keys.map(({ publicKey }) => keySecretName(publicKey.keyId)));
  const strange = (await cluster.secretNames(namespace, SEALING_KEY)).filter((name) => !own.has(name));
  if (strange.length > 0) {
    throw new LacreError(
      "CONFLICT",
      `${cluster.context} has keys of its own in ${namespace}: ${strange.slice(0, 3).join(", ")}`,
      {
        hint: "somebody may have sealed for them: restore into a new cluster whose controller starts with --generate-first-key=false",
      },
    );
  }
  if ((await cluster.secretNames(namespace, IDENTITY)).length === 0) return;
  const text = (await cluster.configMap(namespace, KEY_LIST_NAME))?.data[KEY_LIST_DATA];
  const theirs = text === undefined ? "another" : fingerprintOf(engine, parseKeyList(engine, text).identity);
  const ours = fingerprintOf(engine, engine.signingKeyOf(store.identity));
  if (theirs === ours) return;
  throw new LacreError(
    "CONFLICT",
    `${cluster.context} has an identity already (${theirs}), and the backup's is ${ours}`,
    {
      hint: `if nobody has pinned it: kubectl delete secret -n ${namespace} ${IDENTITY_SECRET}, and restore again`,
    },
  );
}
