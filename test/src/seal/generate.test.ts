/** Generated values: of the length that was asked for, every character as likely as any other, and not guessable unless asked. */
import { describe, expect, it } from "vitest";
import { fromBase64, fromUtf8 } from "../../../src/bytes.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { LacreError } from "../../../src/errors.ts";
import { GENERATED_FORMS } from "../../../src/model/generated-form.ts";
import { type Generated, generatedLength, generateValue } from "../../../src/seal/generate.ts";

const SHAPES = { hex: /^[0-9a-f]+$/, base64: /^[A-Za-z0-9+/]+$/, alphanumeric: /^[A-Za-z0-9]+$/ } as const;

function generated(wanted: Generated): string {
  return fromUtf8(generateValue(engine, wanted)) ?? "";
}

function refusal(wanted: Generated): string {
  try {
    generatedLength(wanted);
  } catch (error) {
    if (error instanceof LacreError) return `${error.code} ${error.message} (${error.hint})`;
  }
  return "taken";
}

describe.each(GENERATED_FORMS)("a generated value, %s,", (form) => {
  it("has its characters, 256 bits of them, and is another one each time", () => {
    const values = Array.from({ length: 200 }, () => generated({ form }));
    expect(values.every((value) => SHAPES[form].test(value))).toBe(true);
    expect(new Set(values).size).toBe(200);
    const bits = { hex: 4, base64: 6, alphanumeric: Math.log2(62) }[form];
    expect(values.every((value) => value.length === generatedLength({ form }))).toBe(true);
    expect(generatedLength({ form }) * bits).toBeGreaterThanOrEqual(256);
  });

  it("favours no character", () => {
    // Bytes in order are as even as randomness can be: whatever is uneven then is ours.
    let next = 0;
    const even = { randomBytes: (length: number) => Uint8Array.from({ length }, () => next++ % 256) };
    const counts = new Map<string, number>();
    for (const character of fromUtf8(generateValue(even, { form, length: 4096 })) ?? "")
      counts.set(character, (counts.get(character) ?? 0) + 1);
    const all = [...counts.values()];
    expect(counts.size).toBe({ hex: 16, base64: 64, alphanumeric: 62 }[form]);
    // A modulus without a limit gives a quarter more to some.
    expect(Math.max(...all) / Math.min(...all)).toBeLessThan(1.05);
  });

  it("is refused where it could be guessed, unless that is asked for", () => {
    const fewest = { hex: 32, base64: 24, alphanumeric: 22 }[form];
    expect(generated({ form, length: fewest })).toHaveLength(fewest);
    expect(refusal({ form, length: 4 })).toContain("--weak");
    expect(generated({ form, length: 8, isWeak: true })).toHaveLength(8);
    for (const length of [0, -4, 1.5, Number.NaN, 100_000])
      expect(refusal({ form, length, isWeak: true })).toContain("USAGE --length for");
  });
});

describe("a generated value that somebody will decode", () => {
  it("is of whole bytes", () => {
    expect(refusal({ form: "hex", length: 33 })).toContain("a multiple of 2");
    expect(refusal({ form: "base64", length: 30 })).toContain("a multiple of 4");
    expect(fromBase64(generated({ form: "base64" }))).toHaveLength(33);
  });
});
