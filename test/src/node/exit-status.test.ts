/** Exit statuses: one for every error, the same in both programs, and how a pass ends by what kept its objects. */
import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/model/index.ts";
import { EXIT, EXIT_CODES, statusOfProblems } from "../../../src/node/exit-status.ts";

const statusOf = (...reasons: readonly Reason[]) => statusOfProblems(reasons.map((reason) => ({ reason })));

describe("the status of a pass", () => {
  it("is fine without a problem", () => {
    expect(statusOf()).toBe(EXIT.fine);
  });

  it("is that of its problems where they agree, also with different reasons", () => {
    expect(statusOf("UnknownKey")).toBe(EXIT.noKey);
    expect(statusOf("UnknownKey", "KeysUnreadable")).toBe(EXIT.noKey);
    expect(statusOf("WrongContext", "CannotDecrypt")).toBe(EXIT.integrity);
    expect(statusOf("SourceFailed", "WriteFailed")).toBe(EXIT.remote);
    expect(statusOf("NotOwned", "Duplicate")).toBe(EXIT.conflict);
  });

  it("is failed where they differ", () => {
    expect(statusOf("UnknownKey", "NotOwned")).toBe(EXIT.failed);
    expect(statusOf("DriftDetected")).toBe(EXIT.failed);
  });
});

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
