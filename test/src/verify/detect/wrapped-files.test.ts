/** A file that is nothing but the base64 of another one. */
import { describe, expect, it } from "vitest";
import { WRAPPED_FILES } from "../../../../src/verify/detect/wrapped-files.ts";
import { detected } from "../../../support/detect.ts";

const LONG = "kind: Secret\nstringData:\n  zone: harbour\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const nested = (text: string, depth = 0) => detected(WRAPPED_FILES, "a", text, { depth }).nested;

describe("a text that is wrapped", () => {
  it.each([
    ["in one line", `${base64(LONG)}\n`],
    ["in lines", base64(LONG).replace(/.{20}/g, "$&\n")],
    ["in lines of Windows, indented", base64(LONG).replace(/.{20}/g, "$&\r\n  ")],
    ["without padding", base64(LONG).replace(/=+$/, "")],
    ["in the base64 of URLs", Buffer.from(LONG).toString("base64url")],
  ])("%s is looked at", (_how, text) => {
    expect(nested(text)).toEqual([LONG]);
  });

  it.each([
    ["too short to be one", base64("short")],
    ["beside something else", `a: ${base64(LONG)}`],
    ["bytes", Buffer.alloc(60, 1).toString("base64")],
    ["no base64", LONG],
  ])("is not looked for in what is %s", (_why, text) => {
    expect(nested(text)).toEqual([]);
  });

  it("that is packed is told as not judged, and not looked at", () => {
    const packed = Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(60, 9)]).toString("base64");
    const { hits, nested: inside } = detected(WRAPPED_FILES, "a", packed);
    expect([hits.map(({ rule }) => rule), inside]).toEqual([["packed-configuration"], []]);
  });

  it("is not looked into without end", () => {
    expect([nested(base64(LONG), 2), nested(base64(LONG), 3)]).toEqual([[LONG], []]);
  });
});
