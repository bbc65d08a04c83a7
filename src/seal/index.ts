/** The use cases, one verb a file. The face of this folder. */

export { type Difference, sealedDifferences } from "./difference.ts";
export { type Edits, printBuffer, readBuffer } from "./edit.ts";
export { type Generated, generatedLength, generateValue } from "./generate.ts";
export { type EntryReport, inspectSealed } from "./inspect.ts";
export { type Aligned, alignEntries, describeToken, isMergedAs } from "./merge.ts";
export { type EntryFailure, openSecret, openSlots } from "./open.ts";
export { pickSlots } from "./pick.ts";
export { type Resealed, type ResealTargets, resealSecret, staleEntries } from "./reseal.ts";
export {
  parseResealResult,
  type ResealedEntry,
  resealedChanges,
  resealFooter,
  resealHeader,
  resealLine,
  tokenDigest,
} from "./reseal-result.ts";
export { type SealedSource, type SealSourceOptions, sealSource } from "./seal-source.ts";
export { foreignFileHint, refuseUnmeant } from "./unmeant.ts";
