/** What people ask of a cluster's keys, and what its controller answers. */
import { describe, expect, it } from "vitest";
import {
  answerAnnotations,
  answerTo,
  type KeyAnswer,
  openRequests,
  orderOf,
  orderRequest,
  overlongRequests,
  requestAnnotations,
  rotateRequest,
} from "../../../src/keys/index.ts";
import type { KeyId } from "../../../src/model/index.ts";

const keyId = "ab".repeat(16) as KeyId;
const TIME = "2026-11-25T10:00:00Z";

describe("a request about keys", () => {
  it("is read as it was written", () => {
    for (const order of [
      { kind: "compromised", keyId },
      { kind: "destroy", keyId, force: true },
      { kind: "destroy", keyId, force: false },
    ] as const) {
      const request = orderRequest(order, TIME);
      expect(openRequests(requestAnnotations(request))).toEqual([request]);
      expect(orderOf(request)).toEqual(order);
    }
    expect(openRequests(requestAnnotations(rotateRequest(TIME)))).toEqual([{ name: "rotate", value: TIME }]);
    expect(orderOf(rotateRequest(`${keyId} ${TIME}`))).toBeUndefined();
  });

  it("is an order only as lacre writes it", () => {
    for (const value of ["", keyId, `${keyId.slice(1)} t`, `${keyId} t FORCE`, `${keyId} t force `, `x${keyId} t`])
      expect(orderOf({ name: "destroy", value })).toBeUndefined();
  });

  it("of more than 200 characters is none, and is named without being repeated", () => {
    const annotations = requestAnnotations({ name: "destroy", value: "x".repeat(201) });
    expect([openRequests(annotations), overlongRequests(annotations)]).toEqual([[], ["destroy"]]);
  });

  it("is open until it is answered, and its answer is read as it was given", () => {
    const request = orderRequest({ kind: "compromised", keyId }, TIME);
    const asked = { ...requestAnnotations(request), "lacre.dev/rotate-handled": "t1", "example.com/other": "x" };
    for (const answer of [
      { kind: "done" },
      { kind: "done", note: "it waits" },
      { kind: "refused", why: "there is no such key" },
    ] satisfies KeyAnswer[]) {
      expect(answerTo(request, asked)).toBeUndefined();
      const answers = answerAnnotations(asked, new Map([[request, answer]]));
      expect(Object.keys(answers).sort()).toEqual([
        "lacre.dev/compromised-answer",
        "lacre.dev/compromised-handled",
        "lacre.dev/rotate-handled",
      ]);
      const after = { ...asked, ...answers };
      expect([openRequests(after), answerTo(request, after)]).toEqual([[], answer]);
    }
  });

  it("with an answer that this version does not know is refused, not done", () => {
    const request = rotateRequest(TIME);
    const answered = { "lacre.dev/rotate-handled": TIME, "lacre.dev/rotate-answer": "later, perhaps" };
    expect(answerTo(request, answered)).toEqual({ kind: "refused", why: "later, perhaps" });
  });
});
