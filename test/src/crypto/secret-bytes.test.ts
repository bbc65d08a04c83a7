/** Secrets lie outside of V8's heap, where arrays of up to 64 bytes would be: there they are moved, and left behind. */
import { describe, expect, it } from "vitest";
import { fromBase64, secretBytes } from "../../../src/bytes.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const isOutside = (bytes: Uint8Array) => bytes.buffer.byteLength > 64;

describe("bytes that hold a secret", () => {
  it("lie outside of what the runtime moves, whatever their length, and have that length", () => {
    for (const length of [0, 1, 31, 64, 65, 1000]) {
      expect([secretBytes(length).length, isOutside(secretBytes(length))]).toEqual([length, true]);
    }
    expect(isOutside(fromBase64("AAEC") as Uint8Array)).toBe(true);
  });

  it.each(bothEngines())("so does a value that was opened: $name", (engine) => {
    const key = keyOf(engine, "x25519");
    const opened = openToken(engine, new Keyring([key]), tokenFor(engine, key), PLACE);
    if (!opened.ok) throw new Error(opened.reason);
    expect([opened.value.length, isOutside(opened.value)]).toEqual([13, true]);
  });
});
