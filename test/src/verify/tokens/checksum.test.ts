/** Checks inside tokens, against published values. */
import { expect, it } from "vitest";
import { crc32, endsInCrc32, isDiscord, isJwt, isNkeySeed, toBase62 } from "../../../../src/verify/tokens/checksum.ts";

it("CRC-32 is that of zip: its check value", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
});

it.each([
  [0, "000000"],
  [61, "00000z"],
  [62, "000010"],
  [0xffffffff, "4gfFC3"],
])("%d in base 62 is %s", (value, text) => {
  expect(toBase62(value)).toBe(text);
});

it("a GitHub token ends in the checksum of what stands before it", () => {
  const body = "abcdefghijklmnopqrstuvwxyz0123";
  const token = `ghp_${body}${toBase62(crc32(body))}`;
  expect(endsInCrc32(token)).toBe(true);
  expect(endsInCrc32(token.replace("abc", "abd"))).toBe(false);
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
it.each([
  ["a header with an algorithm", `${part({ alg: "HS256" })}.${part({ sub: 1 })}.x`, true],
  ["a header without one", `${part({ typ: "JWT" })}.${part({ sub: 1 })}.x`, false],
  ["a payload that is no object", `${part({ alg: "HS256" })}.${part(1)}.x`, false],
  ["no base64", "!!.??.x", false],
])("a JWT has %s: %s", (_, token, isIt) => {
  expect(isJwt(token)).toBe(isIt);
});

it("a Discord token begins with the number of its bot", () => {
  expect(isDiscord(`${Buffer.from("123456789012345678").toString("base64url")}.a.b`)).toBe(true);
  expect(isDiscord(`${Buffer.from("not a number at all").toString("base64url")}.a.b`)).toBe(false);
});

it("a seed of NATS ends in its CRC-16: one from the documentation, and the same with a letter changed", () => {
  const seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
  expect(isNkeySeed(seed)).toBe(true);
  expect(isNkeySeed(seed.replace("SSL3", "SSL4"))).toBe(false);
  expect(isNkeySeed("")).toBe(false);
});
