/** Text and model, there and back. The face of this folder. */
export { readConfiguration } from "./configuration.ts";
export { envFilesNamedIn, mayNameEnvFiles } from "./plain/env-owner.ts";
export { detectFormat, INPUT_FORMATS, type InputFormat, isManifestPath, PLAIN_FORMATS } from "./plain/formats.ts";
export { printDotenv } from "./plain/print-dotenv.ts";
export { type EntryChanges, editEntries, type SealedObject } from "./sealed/edit.ts";
export { readSealedObject } from "./sealed/object.ts";
export { printableText, printObject, secretObject, TOP_LEVEL } from "./sealed/print.ts";
export { readStream } from "./stream.ts";
export { decodeSource, type Source, withBom } from "./yaml/source.ts";
export { applySplices, type Splice } from "./yaml/splice.ts";
export { hasMoreTokens } from "./yaml/tokens.ts";
