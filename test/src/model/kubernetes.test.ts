/** The names that lacre has in Kubernetes: what is already in clusters is found under them. */
import { describe, expect, it } from "vitest";
import * as kubernetes from "../../../src/model/kubernetes.ts";
import { isOfOurApi, KEY_REQUESTS, keyRequestNames } from "../../../src/model/kubernetes.ts";

it.each([
  ["lacre.dev/v1alpha1", true],
  ["lacre.dev/v2", true],
  ["lacre.dev", false],
  ["lacre.devil/v1", false],
  ["sub.lacre.dev/v1", false],
  ["bitnami.com/v1alpha1", false],
  ["", false],
])("the API %j is ours: %s", (apiVersion, isOurs) => {
  expect(isOfOurApi(apiVersion)).toBe(isOurs);
});

describe("a request about the keys", () => {
  it("has a name for the question, for what was met, and for how", () => {
    expect(keyRequestNames("rotate")).toEqual({
      requested: "lacre.dev/rotate-requested",
      handled: "lacre.dev/rotate-handled",
      answer: "lacre.dev/rotate-answer",
    });
  });

  it("shares no name with another", () => {
    const names = KEY_REQUESTS.flatMap((request) => Object.values(keyRequestNames(request)));
    expect(new Set(names).size).toBe(3 * KEY_REQUESTS.length);
  });
});

it("no two labels and annotations of ours are the same", () => {
  const ours = Object.values(kubernetes).filter((value) => typeof value === "string" && value.startsWith("lacre.dev/"));
  expect(ours.length).toBeGreaterThan(15);
  expect(new Set(ours).size).toBe(ours.length);
});
