/**
 * The suites of format 1, a row each. A suite belongs to a key pair; a token only repeats it. Whatever depends on the suite is a
 * row here or a `Record<Suite, ..>` elsewhere, without a default: a further suite does not compile until every place has it.
 */

/** Sizes and offsets are bytes; kem is the HPKE KEM identifier (RFC 9180, section 7.1; draft-ietf-hpke-pq for 0x647a). */
export type SuiteParameters = {
  /** The byte in tokens and key ids. */
  readonly id: number;
  readonly kem: number;
  readonly publicKeyBytes: number;
  /** Where the 32 bytes of the X25519 key lie in the public key. */
  readonly x25519Offset: number;
  readonly encBytes: number;
};

/** Post-quantum hybrid by default; x25519 for who chose short tokens at key generation. */
export type Suite = "mlkem768x25519" | "x25519";

/** The parameters of every suite, the default first. */
export const SUITES: Readonly<Record<Suite, SuiteParameters>> = {
  mlkem768x25519: { id: 0x02, kem: 0x647a, publicKeyBytes: 1216, x25519Offset: 1184, encBytes: 1120 },
  x25519: { id: 0x01, kem: 0x0020, publicKeyBytes: 32, x25519Offset: 0, encBytes: 32 },
};

/** Of new keys, and what is always opened. */
export const DEFAULT_SUITE: Suite = "mlkem768x25519";

/** Every suite, the default first. */
export const SUITE_NAMES: readonly Suite[] = Object.keys(SUITES) as Suite[];

/** Something for every suite. */
export function bySuite<T>(make: (suite: Suite) => T): Readonly<Record<Suite, T>> {
  return Object.fromEntries(SUITE_NAMES.map((suite) => [suite, make(suite)])) as Record<Suite, T>;
}

const BY_ID: ReadonlyMap<number, Suite> = new Map(SUITE_NAMES.map((suite) => [SUITES[suite].id, suite]));

/** The suite with this byte, or undefined: an unknown suite is refused, never guessed. */
export function suiteOf(id: number): Suite | undefined {
  return BY_ID.get(id);
}

/** True for the name of a suite. */
export function isSuite(text: string): text is Suite {
  return Object.hasOwn(SUITES, text);
}
