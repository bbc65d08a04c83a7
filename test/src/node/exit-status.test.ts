/** How a pass ends, by what kept its objects. */
import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/model/index.ts";
import { EXIT, statusOfProblems } from "../../../src/node/exit-status.ts";

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
