/** The life of keys: lists, stores, proofs, requests, sealers. The face of this folder. */
export { isBackupSigned, signBackup } from "./backup-proof.ts";
export { doubtIdentity, type FoundKey, foundKey, judgeKeys, statesOf, withFurtherState } from "./held-secrets.ts";
export {
  destroyPatch,
  hasKeyProofs,
  identitySecret,
  type KeySecret,
  keyProofsPatch,
  keySecret,
  keySecretName,
  readIdentitySecret,
  readKeyProof,
  readKeySecret,
  readMadeFor,
  readSerial,
  serialPatch,
  statePatch,
} from "./key-secret.ts";
export {
  decideKeys,
  judgeOrder,
  type KeyAction,
  type KeyFact,
  type KeyOrder,
  type KeyPolicy,
  rotationLimit,
} from "./life.ts";
export {
  CLUSTER,
  fingerprintOf,
  isKeyList,
  type KeyList,
  type KeyState,
  type ListedKey,
  newestActive,
  parseKeyList,
  type SignedKeyList,
  sameKeys,
  signKeyList,
} from "./list.ts";
export { factsOfKey, proveKey } from "./proof.ts";
export {
  answerAnnotations,
  answerTo,
  formatAnswer,
  type KeyAnswer,
  type KeyRequest,
  openRequests,
  orderOf,
  orderRequest,
  overlongRequests,
  requestAnnotations,
  rotateRequest,
} from "./request.ts";
export { parseSealers, type SealerPolicy, signatureProblem } from "./sealers.ts";
export {
  formatKeyStore,
  furtherState,
  HELD_STATES,
  type HeldKey,
  type HeldState,
  isKeyStore,
  type KeyStore,
  listOf,
  nextSerial,
  parseKeyStore,
  readPrivateKeys,
  wipeStore,
} from "./store.ts";
export { asBackedUp, changeStore, factsOf, holdNew, KEY_LIFETIME_MS, type NewKeys, newStore } from "./store-change.ts";
export { formatPrivateKey, formatPublicKey, parsePrivateKeys, parsePublicKeys } from "./text.ts";
