/**
 * lacre: seal values with public keys, open them with private ones, judge files with none.
 *
 * @example
 * import { generateKey, Keyring, openToken, portableEngine, sealToken } from "lacre";
 * const engine = await portableEngine();
 * const key = generateKey(engine, "mlkem768x25519");
 * const place = { namespace: "shop", name: "db-credentials", key: "DB_PASSWORD" };
 * const value = new TextEncoder().encode("correct horse");
 * const sealedAt = BigInt(Math.floor(Date.now() / 1000));
 * const token = sealToken(engine, { value, scope: "strict", place, recipients: [key.publicKey], sealedAt });
 * const opened = openToken(engine, new Keyring([key]), token, place);
 */
import type { Engine } from "./crypto/engine.ts";

export { wipe } from "./bytes.ts";
export type { Engine } from "./crypto/engine.ts";
export type { PrivateKey, PublicKey } from "./crypto/key.ts";
export { generateKey } from "./crypto/key-import.ts";
export { Keyring } from "./crypto/keyring.ts";
export { isAt, type OpenedToken, openToken } from "./crypto/open-token.ts";
export { type SealRequest, sealToken } from "./crypto/seal-token.ts";
export {
  createSealer,
  formatSigningKey,
  generateSigningKey,
  parseSigningSeed,
  type Sealer,
  signingKeyLine,
} from "./crypto/signature.ts";
export { type ErrorCode, LacreError } from "./errors.ts";
export { readStream, type StreamObject } from "./format/stream.ts";
export { decodeSource } from "./format/yaml/source.ts";
export { fingerprintOf, type KeyList, parseKeyList, type SignedKeyList } from "./keys/list.ts";
export { parseSealers, type SealerPolicy, signatureProblem } from "./keys/sealers.ts";
export { formatPrivateKey, formatPublicKey, parsePrivateKeys, parsePublicKeys } from "./keys/text.ts";
export type { Context, Scope } from "./model/context.ts";
export type { KeyId } from "./model/key-id.ts";
export type { SealedSecret } from "./model/sealed-secret.ts";
export { type PlainSecret, wipeSecret } from "./model/secret.ts";
export type { Suite } from "./model/suite.ts";
export { parseToken, type Token } from "./model/token.ts";
export { type EntryReport, inspectSealed } from "./seal/inspect.ts";
export { type OpenedSecret, openSecret } from "./seal/open.ts";
export { resealSecret } from "./seal/reseal.ts";
export { type SealOptions, sealSecret } from "./seal/seal.ts";
export { type SealedSource, type SealSourceOptions, sealSource } from "./seal/seal-source.ts";
export type { Finding } from "./verify/finding.ts";
export { printReport } from "./verify/report/report.ts";
export type { VerifyResult } from "./verify/report/result.ts";
export { type VerifiedFile, type VerifyContext, verify } from "./verify/verify.ts";
export { VERSION } from "./version.ts";

/** The engine that runs everywhere, browsers included. On Node, `nativeEngine()` of `lacre/node` is ten times faster. */
export async function portableEngine(): Promise<Engine> {
  return (await import("./crypto/engine-portable.ts")).portableEngine;
}
