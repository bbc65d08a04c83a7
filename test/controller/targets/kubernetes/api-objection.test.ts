/** What a refusal of the API server means for an object. */
import { expect, it } from "vitest";
import { ApiError } from "../../../../controller/kube/api-error.ts";
import { apiObjection } from "../../../../controller/targets/kubernetes/api-objection.ts";

it.each([
  ["forbidden", {}, "AccessDenied", "RBAC"],
  ["forbidden", { word: "NamespaceTerminating" }, "WriteFailed", "the namespace shop is being removed"],
  ["unauthorized", {}, "AccessDenied", "credentials"],
  ["invalid", {}, "AccessDenied", "a valid Secret of type example.org/t"],
  ["too-large", {}, "TooLarge", "split it"],
  ["conflict", {}, "WriteFailed", "changed while it was written"],
  ["conflict", { managers: ["flux"] }, "FieldConflict", "another manager"],
  ["unreachable", {}, "WriteFailed", "did not answer"],
  ["idle", {}, "WriteFailed", "did not answer"],
  ["throttled", {}, "WriteFailed", "is busy"],
  ["not-found", {}, "WriteFailed", "the API server failed"],
  ["gone", {}, "WriteFailed", "the API server failed"],
  ["server", {}, "WriteFailed", "the API server failed"],
] as const)("a request that is answered with %s (%j) is %s", (kind, details, reason, message) => {
  const objection = apiObjection(new ApiError(kind, 0, details), "shop", "example.org/t");
  expect([objection.reason, objection.message]).toEqual([reason, expect.stringContaining(message)]);
  expect(objection.message).not.toContain("flux");
});
