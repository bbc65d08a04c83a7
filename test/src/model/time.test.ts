/** Times as keys and Kubernetes objects carry them. */
import { expect, it } from "vitest";
import { rfc3339 } from "../../../src/model/time.ts";

it("a time has whole seconds and is UTC; what is between two seconds is cut off", () => {
  expect(rfc3339(new Date("2026-01-02T03:04:05.999Z"))).toBe("2026-01-02T03:04:05Z");
  expect(rfc3339(new Date("2026-01-02T03:04:05+02:00"))).toBe("2026-01-02T01:04:05Z");
  expect(rfc3339(new Date(0))).toBe("1970-01-01T00:00:00Z");
});
