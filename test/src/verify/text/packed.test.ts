/** Packed bytes, and names under which configuration is kept. */
import * as zlib from "node:zlib";
import { expect, it } from "vitest";
import { isConfigurationName, isPacked } from "../../../../src/verify/text/packed.ts";

it.each([
  ["gzip", zlib.gzipSync("a").toString("latin1"), true],
  ["zip", "PK\x03\x04", true],
  ["bzip2", "BZh91AY&SY", true],
  ["a text that begins like bzip2", "BZhang", false],
  ["tar", `${"\0".repeat(257)}ustar`, true],
  ["the word ustar somewhere else", "ustar", false],
  ["text", "apiVersion: v1", false],
  ["nothing", "", false],
])("%s is packed or not", (_, bytes, isIt) => {
  expect(isPacked(bytes)).toBe(isIt);
});

it.each([
  ["secret.yaml.gz", true],
  ["a.env.zip", true],
  ["secrets.tar.gz", true],
  ["config/credentials.7z", true],
  ["kubeconfig.gz", true],
  ["lib/tool.jar", false],
  ["photo.gz", false],
])("%s is a name for configuration: %s", (path, isIt) => {
  expect(isConfigurationName(path)).toBe(isIt);
});
