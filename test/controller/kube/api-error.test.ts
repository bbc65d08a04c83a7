/** What is kept of an answer that is an error: words of known shape, and nothing that it may quote. */
import { describe, expect, it } from "vitest";
import { apiErrorOf } from "../../../controller/kube/api-error.ts";

const conflict = (...messages: readonly unknown[]) =>
  JSON.stringify({
    reason: "Conflict",
    details: { causes: messages.map((message) => ({ reason: "FieldManagerConflict", message })) },
  });

describe("an answer of the API server", () => {
  it.each([
    [400, "invalid"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [409, "conflict"],
    [410, "gone"],
    [413, "too-large"],
    [422, "invalid"],
    [429, "throttled"],
    [418, "server"],
    [500, "server"],
    [503, "server"],
  ])("of status %i is %s", (status, kind) => {
    expect(apiErrorOf(status, "", undefined)).toMatchObject({ kind, status, word: "", managers: [] });
  });

  it("tells its cause before its reason, each only as one word", () => {
    const of = (body: object) => apiErrorOf(403, JSON.stringify(body), undefined).word;
    expect(of({ reason: "Forbidden", details: { causes: [{ reason: "NamespaceTerminating" }] } })).toBe(
      "NamespaceTerminating",
    );
    expect(of({ reason: "Forbidden", details: { causes: [{ reason: "two words" }, { reason: 5 }] } })).toBe(
      "Forbidden",
    );
    expect([of({ reason: "hunter2!" }), of({ reason: "a".repeat(65) }), of({ reason: null }), of({})]).toEqual([
      "",
      "",
      "",
      "",
    ]);
  });

  it("names the managers of fields that are in conflict, each once", () => {
    const { managers } = apiErrorOf(
      409,
      conflict(
        'conflict with "kubectl-edit" using v1: .data.A',
        'conflict with "kubectl-edit" using v1: .data.B',
        'conflict with "argocd" using v1: .data.A',
      ),
      undefined,
    );
    expect(managers).toEqual(["kubectl-edit", "argocd"]);
  });

  it("names nobody whose name could be something else", () => {
    for (const message of [
      'conflict with "a\nb"',
      `conflict with "${"a".repeat(129)}"`,
      "conflict with hunter2",
      5,
      undefined,
    ])
      expect(apiErrorOf(409, conflict(message), undefined).managers).toEqual([]);
    const other = JSON.stringify({ details: { causes: [{ reason: "Other", message: 'conflict with "x"' }] } });
    expect(apiErrorOf(409, other, undefined).managers).toEqual([]);
  });

  it("that is no JSON, or another, is an error without a cause", () => {
    for (const body of ["<html>hunter2</html>", "[]", "5", '{"details": {"causes": "many"}}'])
      expect(apiErrorOf(502, body, undefined)).toMatchObject({ kind: "server", word: "", managers: [] });
  });

  it("never says more in its message than its kind and status", () => {
    expect(apiErrorOf(422, '{"message": "data.password: hunter2", "reason": "Invalid"}', undefined).message).toBe(
      "invalid (422)",
    );
  });

  it("says how long to wait where it says so in seconds", () => {
    const waitOf = (text: string | undefined) => apiErrorOf(429, "", text).retryAfterMs;
    expect([waitOf("2"), waitOf("0"), waitOf("-1"), waitOf("soon"), waitOf(undefined)]).toEqual([
      2_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
