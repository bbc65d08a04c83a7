/** The engines that this runtime has, and one whose randomness the test chooses. */
import type { Engine } from "../../src/crypto/engine.ts";
import { createPortableEngine, portableEngine } from "../../src/crypto/engine-portable.ts";
import { nativeEngine } from "../../src/node/engine.ts";

/** Both engines: the tests run on a Node that has ML-KEM, so a missing native engine is a failure. */
export function bothEngines(): readonly Engine[] {
  const native = nativeEngine();
  if (native === undefined) throw new Error("this Node has no ML-KEM; run the tests with npm test");
  return [native, portableEngine];
}

/** A portable engine that hands out the bytes 0, 1, 2, ... as its randomness: every token it makes is known. */
export function countingEngine(): Engine {
  let next = 0;
  return createPortableEngine((length) => Uint8Array.from({ length }, () => next++ & 0xff));
}
