/** What a finding counts as, in whichever form it is told. */
import { expect, it } from "vitest";
import { isUnscanned, isWarning, openFindings, printablePath } from "../../../../src/verify/report/result.ts";
import { finding, verifyResult as result } from "../../../support/findings.ts";

const allowed = finding({ allowed: { by: "configuration", reason: "why" } });
const unread = finding({ rule: "unreadable", message: "cannot be read" });

it("a finding is open until somebody has allowed it", () => {
  expect(openFindings(result([allowed, unread]))).toEqual([unread]);
});

it("its rule says whether it is a failure, a warning, or that nobody can say", () => {
  const rules = ["plaintext-credential", "unreadable", "packed-file"] as const;
  expect(rules.map((rule) => [isUnscanned(finding({ rule })), isWarning(finding({ rule }))])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ]);
});

it("a path is on one line, whatever it is made of", () => {
  expect([printablePath("a b"), printablePath("a\nb"), printablePath('a"')]).toEqual(["a b", '"a\\nb"', '"a\\""']);
});
