/** A Secret in the clear: how large it may be, and how it goes. */
import { describe, expect, it } from "vitest";
import { MAX_SECRET_BYTES, MAX_VALUE_BYTES } from "../../../src/model/limits.ts";
import { checkSizes, PLAIN_SHAPE, wipeSecret } from "../../../src/model/secret.ts";
import { refusalOf } from "../../support/refusal.ts";

const secretOf = (...sizes: readonly number[]) => ({
  namespace: "shop",
  name: "db",
  shape: PLAIN_SHAPE,
  values: new Map(sizes.map((size, at) => [`K${at}`, new Uint8Array(size).fill(1)])),
});

describe("a Secret", () => {
  it("may be as large as the limits, in one value and in all", () => {
    expect(() => checkSizes(secretOf())).not.toThrow();
    expect(() => checkSizes(secretOf(MAX_VALUE_BYTES, MAX_SECRET_BYTES - MAX_VALUE_BYTES))).not.toThrow();
  });

  it("with a larger value is refused by the name of its key, and without its length", () => {
    const refusal = refusalOf(() => checkSizes(secretOf(1, MAX_VALUE_BYTES + 1)));
    expect(refusal).toMatchObject({ code: "VALUE_TOO_LARGE", message: "the value of K1 in Secret db is over 512 KiB" });
    expect(refusal.message).not.toContain(String(MAX_VALUE_BYTES + 1));
  });

  it("that is larger in all is refused although each value is small enough", () => {
    const refusal = refusalOf(() => checkSizes(secretOf(MAX_VALUE_BYTES, MAX_SECRET_BYTES - MAX_VALUE_BYTES + 1)));
    expect(refusal).toMatchObject({
      code: "VALUE_TOO_LARGE",
      message: expect.stringContaining("over 768 KiB together"),
    });
  });

  it("that is wiped holds zeros only", () => {
    const secret = secretOf(3, 5);
    wipeSecret(secret);
    expect([...secret.values.values()].every((value) => value.every((byte) => byte === 0))).toBe(true);
  });
});
