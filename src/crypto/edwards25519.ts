/**
 * Which bytes are a point of edwards25519 that a signature may be judged by (RFC 8032, section 5.1): one answer for both
 * engines. Written out here and not taken from noble, because the native engine must not load a curve library at every start.
 * Public points only: nothing here is constant-time.
 */
import { toHex } from "../bytes.ts";

const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SQRT_MINUS_ONE = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

/** The order of the base point, L. */
export const GROUP_ORDER: bigint = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
type Point = { readonly X: bigint; readonly Y: bigint; readonly Z: bigint; readonly T: bigint };

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** The number that bytes spell, the least significant first. A Buffer's slice would share its memory: toReversed copies. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}

/** RFC 8032, section 5.1.3, with its refusals: y beyond the modulus, no such x, and a sign bit on x = 0. */
function decode(bytes: Uint8Array): Point | undefined {
  const encoded = fromLittleEndian(bytes);
  const sign = encoded >> 255n;
  const y = encoded & ((1n << 255n) - 1n);
  if (y >= P) return undefined;
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(mod(u * v ** 7n), (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * SQRT_MINUS_ONE);
  if (mod(v * x * x) !== u) return undefined;
  if (x === 0n && sign === 1n) return undefined;
  if ((x & 1n) !== sign) x = P - x;
  return { X: x, Y: y, Z: 1n, T: mod(x * y) };
}

/** The complete addition for a = -1 (Hisil, Wong, Carter, Dawson 2008): right for every pair, doublings included. */
function add(p: Point, q: Point): Point {
  const a = mod((p.Y - p.X) * (q.Y - q.X));
  const b = mod((p.Y + p.X) * (q.Y + q.X));
  const c = mod(2n * D * p.T * q.T);
  const d = mod(2n * p.Z * q.Z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) };
}

const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

function isNeutral({ X, Y, Z }: Point): boolean {
  return X === 0n && Y === Z;
}

/** True for 32 bytes that are the canonical encoding of a point whose order is exactly L: no small order, no part of one. */
export function isPrimeOrderPoint(bytes: Uint8Array): boolean {
  const point = bytes.length === 32 ? decode(bytes) : undefined;
  if (point === undefined || isNeutral(point)) return false;
  let multiple = NEUTRAL;
  for (const bit of GROUP_ORDER.toString(2)) {
    multiple = add(multiple, multiple);
    if (bit === "1") multiple = add(multiple, point);
  }
  return isNeutral(multiple);
}

/** False for 32 bytes that no canonical encoding of R can be: y beyond the modulus, or the neutral element, which is nobody's nonce. */
export function isNonce(bytes: Uint8Array): boolean {
  const y = fromLittleEndian(bytes) & ((1n << 255n) - 1n);
  return y < P && y !== 1n;
}
