/** Names in a tree that stand where lacre is looked for. */
import { expect, it } from "vitest";
import { trackedPrograms } from "../../../src/verify/tracked-programs.ts";

const found = (path: string, isLink = false) =>
  trackedPrograms([{ path, isLink }]).map(({ message }) => message.split(":")[0]);

it.each([
  ["node_modules/lacre/main.js", false, ["node_modules/lacre"]],
  ["a/node_modules/.bin/lacre", false, ["a/node_modules/.bin/lacre"]],
  ["node_modules/.bin/node.cmd", false, ["node_modules/.bin/node.cmd"]],
  ["node_modules/.pnpm/lacre@1.0.0/x", false, ["node_modules/.pnpm/lacre@1.0.0"]],
  ["NODE_MODULES/Lacre/x", false, ["NODE_MODULES/Lacre"]],
  ["node_modules./lacre/x", false, ["node_modules/lacre"]],
  ["node_m~1/lacre/x", false, ["node_modules/lacre"]],
  ["node\u200b_modules/lacre/x", false, ["node_modules/lacre"]],
  ["node_modules", true, ["node_modules"]],
  [".npmrc", true, [".npmrc"]],
  ["node_modules", false, []],
  ["node_modules/lacre-extras/x", false, []],
  ["packages/lacre/x", false, []],
  ["docs/node_modules.md", false, []],
])("%s (a link: %s) is %j", (path, isLink, places) => {
  expect(found(path, isLink)).toEqual(places);
});

it("a package is told once, at the first of its files, with its identities", () => {
  const names = ["node_modules/lacre/b", "node_modules/lacre/a"].map((path) => ({ path, isLink: false }));
  const [one, ...more] = trackedPrograms(names, () => ["x", "y"]);
  expect([one?.path, one?.identities, more]).toEqual(["node_modules/lacre/a", ["x", "y"], []]);
});
