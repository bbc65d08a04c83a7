/** Value and token: keys, engines, sealing, opening, signatures. The face of this folder. */
export type { Engine } from "./engine.ts";
export type { PrivateKey, PublicKey } from "./key.ts";
export { generateKey } from "./key-import.ts";
export { Keyring } from "./keyring.ts";
export { openToken } from "./open-token.ts";
export { sealToken } from "./seal-token.ts";
export {
  createSealer,
  formatSigningKey,
  generateSigningKey,
  parseSigningSeed,
  type Sealer,
  signingKeyLine,
} from "./signature.ts";
