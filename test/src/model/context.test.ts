/** Where a token belongs, and how much of that place its scope binds. */
import { describe, expect, it } from "vitest";
import { boundContext, isContext, parseContext, parseScope, SCOPES } from "../../../src/model/context.ts";
import { refusalOf } from "../../support/refusal.ts";

const PLACE = { namespace: "shop", name: "db", key: "A" };

describe("a scope", () => {
  it("is one of three words", () => {
    expect(SCOPES.map(parseScope)).toEqual(["strict", "namespace", "cluster"]);
    for (const text of ["", "Strict", "strict ", "all"])
      expect(refusalOf(() => parseScope(text))).toMatchObject({
        code: "USAGE",
        hint: "use one of: strict, namespace, cluster",
      });
  });

  it("binds the key always, the namespace but for cluster, the name only when it is strict", () => {
    expect(SCOPES.map((scope) => boundContext(scope, PLACE))).toEqual([
      PLACE,
      { namespace: "shop", name: "", key: "A" },
      { namespace: "", name: "", key: "A" },
    ]);
  });
});

describe("a place", () => {
  const refused: readonly (readonly [string, (typeof SCOPES)[number], Partial<typeof PLACE>, string])[] = [
    ["without a namespace, for strict", "strict", { namespace: "" }, "NAMESPACE_MISSING"],
    ["without a namespace, for namespace", "namespace", { namespace: "" }, "NAMESPACE_MISSING"],
    ["with a namespace that is none", "namespace", { namespace: "Shop" }, "NAME_INVALID"],
    ["without a name, for strict", "strict", { name: "" }, "NAME_INVALID"],
    ["with a name that is none", "strict", { name: "a/b" }, "NAME_INVALID"],
    ["with a key that leads out of a directory", "cluster", { key: ".." }, "NAME_INVALID"],
  ];
  it.each(refused)("%s is refused for sealing, and no match for opening", (_what, scope, changes, code) => {
    const place = { ...PLACE, ...changes };
    expect([refusalOf(() => parseContext(scope, place)).code, isContext(scope, place)]).toEqual([code, false]);
  });

  it("is judged by the parts that its scope binds, and by no others", () => {
    const odd = { namespace: "Not one", name: "../x", key: "A" };
    expect(parseContext("cluster", odd)).toEqual({ namespace: "", name: "", key: "A" });
    expect(parseContext("namespace", { ...odd, namespace: "shop" })).toEqual({ namespace: "shop", name: "", key: "A" });
    expect([isContext("cluster", odd), isContext("namespace", odd)]).toEqual([true, false]);
    expect(parseContext("strict", PLACE)).toEqual(PLACE);
  });
});
