/** A rule in words. */
import { expect, it } from "vitest";
import { explain } from "../../../../src/verify/report/explain.ts";
import { ruleOf } from "../../../../src/verify/rules.ts";

it("a rule says what it is, why, what mends it, and how one finding is allowed", () => {
  const rule = ruleOf("private-key");
  const text = explain(rule);
  expect(text.split("\n\n")[0]).toBe("private-key: private key");
  expect(text).toContain(rule.explanation);
  expect(text).toContain(`fix: ${rule.fix("FILE", "ENTRY")}\n`);
  expect(text.endsWith("allow: # lacre:allow private-key REASON, on its line or the one above\n")).toBe(true);
});
