/** Objects by their names. */
import { expect, it } from "vitest";
import { keyOf, splitKey } from "../../../controller/kube/object.ts";

it("an object is called by its namespace and name, and found by them again", () => {
  for (const metadata of [
    { namespace: "shop", name: "db" },
    { namespace: "", name: "node-1" },
    { namespace: "a", name: "b.c/d" },
  ])
    expect(splitKey(keyOf({ metadata }))).toEqual(metadata);
  expect(keyOf({ metadata: { name: "cluster-wide" } })).toBe("/cluster-wide");
});
