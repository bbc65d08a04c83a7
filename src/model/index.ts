/** What things are: names, places, tokens, Secrets, SealedSecrets. The face of this folder. */
export { type Context, parseScope, SCOPES, type Scope } from "./context.ts";
export { digestOf } from "./digest.ts";
export { isVariable, whatItDrives } from "./driving-names.ts";
export { entryOf, type KeyedSlot, refuseSlots, Slot, sameEntry, slotsOf } from "./entry.ts";
export { ENV_DIALECTS, type EnvDialect } from "./env-dialect.ts";
export { CONFIGURATION_FILE, type Configuration, defaultEnvironmentOf, type Environment } from "./environment.ts";
export { GENERATED_FORMS, type GeneratedForm } from "./generated-form.ts";
export { type KeyId, shortKeyId } from "./key-id.ts";
export { MAX_INPUT_BYTES, MAX_MANIFEST_BYTES, MAX_SECRET_BYTES } from "./limits.ts";
export { contentLines } from "./lines.ts";
export { parseKey, parseName, parseNamespace, repeatable } from "./names.ts";
export {
  formatPassReport,
  type Objection,
  type PassReport,
  type Problem,
  parsePassReport,
  type Reason,
} from "./pass-report.ts";
export { printableJson, printableName, printableTalk } from "./printable.ts";
export { DEFAULT_POLICY, excessOf, objectName, type SealedSecret, type SyncPolicy } from "./sealed-secret.ts";
export { OPAQUE, type PlainSecret, type SecretShape, wipeSecret } from "./secret.ts";
export { posixWord, shellQuoted, shellWord } from "./shell-word.ts";
export { DEFAULT_SUITE, isSuite, SUITE_NAMES, type Suite } from "./suite.ts";
export { rfc3339 } from "./time.ts";
export { parseToken, TOKEN_PREFIX } from "./token.ts";
