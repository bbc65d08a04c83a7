/** What things are: names, places, tokens, Secrets, SealedSecrets. The face of this folder. */
export { type Context, parseScope, SCOPES, type Scope } from "./context.ts";
export { isVariable, whatItDrives } from "./driving-names.ts";
export { CONFIGURATION_FILE, type Configuration, defaultEnvironmentOf, type Environment } from "./environment.ts";
export { type KeyId, shortKeyId } from "./key-id.ts";
export { MAX_INPUT_BYTES, MAX_MANIFEST_BYTES, MAX_SECRET_BYTES } from "./limits.ts";
export { contentLines } from "./lines.ts";
export { parseKey, parseName, parseNamespace } from "./names.ts";
export {
  formatPassReport,
  type Objection,
  type PassReport,
  type Problem,
  parsePassReport,
  type Reason,
} from "./pass-report.ts";
export { printableJson, printableName, printableTalk } from "./printable.ts";
export { excessOf, objectName, type SealedSecret, type SyncPolicy } from "./sealed-secret.ts";
export { PLAIN_SHAPE, type PlainSecret, type SecretShape, wipeSecret } from "./secret.ts";
export { posixWord, shellQuoted, shellWord } from "./shell-word.ts";
export { isSuite, type Suite } from "./suite.ts";
export { rfc3339 } from "./time.ts";
export { parseToken } from "./token.ts";
