/** Settings that say where packages come from: whoever writes them chooses what an installation brings. */
import { describe, expect, it } from "vitest";
import { REGISTRIES } from "../../../../src/verify/detect/registries.ts";
import { detected, found } from "../../../support/detect.ts";

describe("a setting that says where packages come from", () => {
  it.each([
    [".npmrc", "registry=https://evil.test/\n", ["registry-moved: registry"]],
    [".npmrc", "registry=https://registry.npmjs.org/\n", []],
    [".npmrc", "# registry=https://evil.test/\n", []],
    [".npmrc", "@a:registry = https://evil.test\n", ["registry-moved: @a:registry"]],
    [".npmrc", "//evil.test/:_authToken=abc\n", ["registry-moved: //evil.test"]],
    [".npmrc", "registry=$" + "{X}https://registry.npmjs.org.evil.test/\n", ["registry-moved: registry"]],
    [".npmrc", "save-exact=true\n", []],
    [".yarnrc", "registry https://evil.test/\n", ["registry-moved: registry"]],
    [".yarnrc.yml", "npmRegistryServer: https://evil.test\n", ["registry-moved: npmRegistryServer"]],
    ["bunfig.toml", 'registry = "https://evil.test"\n', ["registry-moved: registry"]],
    ["a.npmrc.md", "registry=https://evil.test/\n", []],
    [".pnp.cjs", '["lacre", [', ['tracked-program: ["lacre", [']],
    [".pnp.cjs", '["lacre-extras", [', []],
  ])("%s: %j", (path, text, hits) => {
    expect(found(REGISTRIES, path, text)).toEqual(hits);
  });

  it("is shown without what stands behind a host: that may be a credential", () => {
    const text = "//evil.test/hunter2/:_authToken=abc\n";
    const [hit] = detected(REGISTRIES, ".npmrc", text).hits;
    expect([hit?.subject, text.slice(hit?.start, hit?.end)]).toEqual(["a registry's host", "//evil.test"]);
  });

  it("is looked for in files, not in texts inside of them or in bytes", () => {
    const text = "registry=https://evil.test/\n";
    expect(detected(REGISTRIES, ".npmrc", text, { depth: 1 }).hits).toEqual([]);
    expect(detected(REGISTRIES, ".npmrc", text, { isBinary: true }).hits).toEqual([]);
  });
});
