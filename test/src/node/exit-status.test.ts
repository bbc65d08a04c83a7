/** Exit statuses: one for every error, the same in both programs. */
import { expect, it } from "vitest";
import { EXIT, EXIT_CODES } from "../../../src/node/exit-status.ts";

it("no error ends like success, like findings, like a difference or like a bug", () => {
  const errors: readonly number[] = [EXIT.failed, EXIT.usage, EXIT.noKey, EXIT.integrity, EXIT.conflict, EXIT.remote];
  for (const [code, status] of Object.entries(EXIT_CODES))
    expect([code, errors.includes(status)]).toEqual([code, true]);
});

it("every status with a name has a meaning of its own", () => {
  expect(new Set(Object.values(EXIT)).size).toBe(Object.keys(EXIT).length);
});

it("what people must be able to tell apart without reading has a status of its own", () => {
  const of = (code: keyof typeof EXIT_CODES) => EXIT_CODES[code];
  expect([of("USAGE"), of("UNKNOWN_KEY"), of("SIGNATURE_INVALID"), of("CONFLICT"), of("SOURCE_FAILED")]).toEqual([
    2, 5, 6, 7, 8,
  ]);
});
