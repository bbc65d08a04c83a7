/** Texts in base64 inside of others: those that begin like something worth reading. */
import { describe, expect, it } from "vitest";
import { ENCODED_TEXTS } from "../../../../src/verify/detect/encoded-texts.ts";
import { detected } from "../../../support/detect.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const nested = (text: string, depth = 0) => detected(ENCODED_TEXTS, "a", text, { depth }).nested;

describe("a text in base64", () => {
  it.each([
    ["a manifest", "apiVersion: v1\nkind: Secret"],
    ["a manifest behind a marker", "---\nkind: Secret\n"],
    ["a manifest in JSON", '{"apiVersion":"v1"}'],
    ["a key in PEM", "-----BEGIN PRIVATE KEY-----\n"],
    ["credentials of a registry", '{"auths": {"x": {}}}'.replace(": {", ":{")],
    ["credentials of a registry, indented", '{\n  "auths":{"x":{}}}'],
    ["a file of cloud-init", "#cloud-config\npassword: x\n"],
    ["a script", "#!/bin/sh\necho x\n"],
    ["a service account", '{"type":"service_account"}'],
  ])("is looked at where it is %s", (_what, text) => {
    expect(nested(`x: ${base64(text)}\n`)).toEqual([text]);
  });

  it.each([
    ["in a data URL", `x: data:text/plain;base64,${base64("password: hunter2")}`, "password: hunter2"],
    ["in a data URL, percent-encoded", "x: data:,password%3D%20hunter2", "password= hunter2"],
    [
      "over several lines",
      `x: |\n  ${base64("apiVersion: v1\nkind: Secret\nmetadata: {n: a}").replace(/.{30}/g, "$&\n  ")}\nnext: x\n`,
      "apiVersion: v1\nkind: Secret\nmetadata: {n: a}",
    ],
    [
      "in one line, though the line behind it could be more of it",
      `${base64("apiVersion: v1\nkind: Secret")}\nabcdefghijklmnopqrstuvwxyz\n`,
      "apiVersion: v1\nkind: Secret",
    ],
    [
      "in one line without padding, though the line behind it makes bytes of it",
      `${base64("apiVersion: v1\nkind: Secret").replace(/=+$/, "")}\n${"A".repeat(24)}\n`,
      "apiVersion: v1\nkind: Secret",
    ],
  ])("is looked at %s", (_where, text, inner) => {
    expect(nested(text)).toEqual([inner]);
  });

  it.each([
    ["in the middle of a longer run", `x: abc${base64("apiVersion: v1\nkind: Secret")}`],
    ["too short", `x: ;base64,${base64("a")}`],
    ["bytes", `x: ;base64,${Buffer.alloc(60, 1).toString("base64")}`],
    ["percent-encoded, and broken", "x: data:,password%3hunter2hunter2"],
  ])("is not looked at where it is %s", (_why, text) => {
    expect(nested(text)).toEqual([]);
  });

  it("has all that is found in it where it begins", () => {
    const places: number[] = [];
    const text = `x: ${base64("apiVersion: v1\nkind: Secret")}`;
    detected(ENCODED_TEXTS, "a", text, { inspect: ({ locate }) => places.push(locate(0), locate(9)) });
    expect(places).toEqual([3, 3]);
  });

  it("is not looked into without end", () => {
    const text = base64("apiVersion: v1\nx");
    expect([nested(text, 2), nested(text, 3)]).toEqual([["apiVersion: v1\nx"], []]);
  });
});
