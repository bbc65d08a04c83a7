/** base64 as it stands in files. */
import { expect, it } from "vitest";
import { decodeBase64 } from "../../../src/format/base64.ts";

it.each([
  ["aHVudGVyMg==", "hunter2"],
  ["aHVudGVyMg", "hunter2"],
  ["aHVu\n  dGVyMg==\n", "hunter2"],
  ["-_-_", "\xfb\xff\xbf"],
  ["+/+/", "\xfb\xff\xbf"],
  ["", ""],
  ["a", undefined],
  ["hunter 2!", undefined],
])("%j is %j", (text, bytes) => {
  expect(decodeBase64(text)).toBe(bytes);
});
