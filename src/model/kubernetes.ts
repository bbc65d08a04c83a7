/**
 * Every name that lacre has in Kubernetes: of its API, of objects that it makes, of labels and annotations on them. They are what
 * its programs, its manifests in deploy/ and other people's tools know each other by: none changes without all others.
 */

/** The API of SealedSecrets. */
export const GROUP = "lacre.dev";
export const GROUP_VERSION = "v1alpha1";
export const API_VERSION: string = `${GROUP}/${GROUP_VERSION}`;
export const KIND = "SealedSecret";
export const PLURAL = "sealedsecrets";

/** True for our API in any version. */
export function isOfOurApi(apiVersion: string): boolean {
  return apiVersion.startsWith(`${GROUP}/`);
}

/** The program that runs in the cluster: in Events, logs, traces and User-Agents, and the name of its lease. */
export const CONTROLLER = "lacre-controller";
/** As a source of Events. */
export const REPORTING_CONTROLLER: string = `${GROUP}/controller`;
/** The lease of whoever keeps the keys: shards share them. */
export const KEY_LEASE = "lacre-key-keeper";
/** The namespace of the controller and of its keys, where nobody says otherwise. */
export const KEY_NAMESPACE = "lacre-system";
/** Our name as a field manager, and the value of the label of our Secrets. */
export const MANAGER = "lacre";

/** The label that makes a Secret a sealing key; its value is the key's state. */
export const SEALING_KEY: string = `${GROUP}/sealing-key`;
/** The start of the name of a key's Secret. */
export const KEY_SECRET_PREFIX = "lacre-key-";
/** The label of the Secret that holds the cluster's identity, and the only name that it may have. */
export const IDENTITY: string = `${GROUP}/identity`;
export const IDENTITY_SECRET = "lacre-identity";
/** On a key's Secret: the proof of its state, the times that it counts between, and the request that it was made for. */
export const KEY_PROOF: string = `${GROUP}/key-proof`;
export const NOT_BEFORE: string = `${GROUP}/not-before`;
export const NOT_AFTER: string = `${GROUP}/not-after`;
export const MADE_FOR: string = `${GROUP}/made-for`;
/** On the identity: that every key that counts has a proof, and the serial of the newest list that it signed. */
export const KEY_PROOFS: string = `${GROUP}/key-proofs`;
export const SERIAL: string = `${GROUP}/serial`;

/** The ConfigMap that everybody may read, and the field of it that holds the signed list. */
export const KEY_LIST_NAME = "lacre-keys";
export const KEY_LIST_DATA = "keys";

/** What may be asked of a cluster's keys. */
export const KEY_REQUESTS = ["rotate", "compromised", "destroy"] as const;

type KeyRequestName = "requested" | "handled" | "answer";

/** On the list, for each of them: what is asked, which of it was met, and how. */
export function keyRequestNames(request: (typeof KEY_REQUESTS)[number]): Readonly<Record<KeyRequestName, string>> {
  const start = `${GROUP}/${request}`;
  return { requested: `${start}-requested`, handled: `${start}-handled`, answer: `${start}-answer` };
}

/** The ConfigMap that holds the newest backup, locked: ciphertext, and no Secret that could be taken for a key. */
export const BACKUP_NAME = "lacre-backup";
/** Its content, an age file. */
export const BACKUP_DATA = "backup";
/** On it: what it is a backup of, of which keys, the identity's signature over it, and the one that somebody took away. */
export const BACKUP_OF: string = `${GROUP}/backup-of`;
export const BACKUP_KEYS: string = `${GROUP}/backup-keys`;
export const BACKUP_PROOF: string = `${GROUP}/backup-proof`;
export const BACKUP_TAKEN: string = `${GROUP}/backup-taken`;

/** The label by which the controller finds its own Secrets. */
export const MANAGED_BY: string = `${GROUP}/managed-by`;
/** Proves that a Secret is as it was written, and from which spec, without opening anything: an HMAC under the cluster's own key. */
export const MAC: string = `${GROUP}/mac`;
/** What becomes of the Secret when its SealedSecret is gone, for a controller that was not there to see it. */
export const LEFT_BEHIND: string = `${GROUP}/left-behind`;
/** On a Secret that was there before: how it was taken over. It is kept, never owned, and stays when its SealedSecret goes. */
export const ADOPTED: string = `${GROUP}/adopted`;
/** On a Secret that was merged into: the names of our keys in it, so that one that others add later is never taken for ours. */
export const MERGED_KEYS: string = `${GROUP}/merged-keys`;
/** On a Secret that is there: the name of the SealedSecret that may take it over; `NAME,own` also gives it away. */
export const ADOPT: string = `${GROUP}/adopt`;

/** Ask for a look at an object, whatever the value. Flux's own is honoured too, so that `flux reconcile` habits work. */
export const LOOK_REQUESTS: readonly string[] = [`${GROUP}/requested-at`, "reconcile.fluxcd.io/requestedAt"];

/** The condition that says whether a Secret is as Git says. */
export const READY = "Ready";
