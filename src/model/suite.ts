/** The two suites of format 1. A suite belongs to a key pair; a token only repeats it. */

/** Post-quantum hybrid by default; x25519 for who chose short tokens at key generation. */
export type Suite = "mlkem768x25519" | "x25519";

/** Sizes are bytes; kem is the HPKE KEM identifier (RFC 9180, section 7.1; draft-ietf-hpke-pq for 0x647a). */
export type SuiteParameters = {
  readonly id: number;
  readonly kem: number;
  readonly publicKeyBytes: number;
  readonly encBytes: number;
};

/** The parameters of every suite. */
export const SUITES: Readonly<Record<Suite, SuiteParameters>> = {
  x25519: { id: 0x01, kem: 0x0020, publicKeyBytes: 32, encBytes: 32 },
  mlkem768x25519: { id: 0x02, kem: 0x647a, publicKeyBytes: 1216, encBytes: 1120 },
};

/** The suite with this byte, or undefined: an unknown suite is refused, never guessed. */
export function suiteOf(id: number): Suite | undefined {
  if (id === SUITES.x25519.id) return "x25519";
  if (id === SUITES.mlkem768x25519.id) return "mlkem768x25519";
  return undefined;
}

/** True for the name of a suite. */
export function isSuite(text: string): text is Suite {
  return Object.hasOwn(SUITES, text);
}
