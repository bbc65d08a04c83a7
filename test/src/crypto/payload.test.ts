/** The encrypted part of a token, without the rest of it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DATA_KEY_BYTES, openPayload, sealPayload } from "../../../src/crypto/payload.ts";
import { MAX_VALUE_BYTES } from "../../../src/model/limits.ts";
import { paddedLength } from "../../../src/model/padding.ts";
import { bothEngines } from "../../support/engines.ts";

const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;

describe.each(bothEngines())("a payload, $name engine", (engine) => {
  const dataKey = new Uint8Array(DATA_KEY_BYTES).fill(3);
  const header = Uint8Array.of(1, 2, 3);
  const seal = (value: Uint8Array) => sealPayload(engine, dataKey, header, value);
  const open = (payload: Uint8Array, changes: { readonly header?: Uint8Array; readonly dataKey?: Uint8Array } = {}) =>
    openPayload(engine, changes.dataKey ?? dataKey, {
      header: changes.header ?? header,
      commitment: payload.subarray(0, COMMITMENT_BYTES),
      box: payload.subarray(COMMITMENT_BYTES),
    });

  it("gives every value back, and has the length of its padding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (value) => {
        const payload = seal(value);
        expect(payload).toHaveLength(COMMITMENT_BYTES + TAG_BYTES + paddedLength(value.length));
        expect(Buffer.compare(open(payload) ?? new Uint8Array(1_000), value)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("gives values back that leave no padding, and the largest", () => {
    for (const length of [0, 252, 268, MAX_VALUE_BYTES])
      expect([length, open(seal(new Uint8Array(length).fill(7)))?.length]).toEqual([length, length]);
  });

  it("opens with its own header and key only, and not when a bit of it was changed", () => {
    const payload = seal(Uint8Array.of(5));
    expect(open(payload, { header: Uint8Array.of(1, 2, 4) })).toBeUndefined();
    expect(open(payload, { dataKey: new Uint8Array(DATA_KEY_BYTES).fill(4) })).toBeUndefined();
    for (const at of [0, COMMITMENT_BYTES - 1, COMMITMENT_BYTES, payload.length - 1]) {
      const changed = payload.slice();
      changed.set([(changed[at] as number) ^ 1], at);
      expect([at, open(changed)]).toEqual([at, undefined]);
    }
  });
});
