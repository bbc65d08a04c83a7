import { describe, expect, it } from "vitest";
import { parseSource, SOURCE_FORMS } from "../../../controller/sources/sources.ts";
import { HELP } from "../../../controller/standalone/config.ts";
import { NO_CONSENT } from "../../../controller/targets/consent.ts";
import { parseTarget, TARGET_KINDS } from "../../../controller/targets/targets.ts";

const flags = { adopt: NO_CONSENT, fileMode: 0o400 };
const noFlags = { allowedSigners: undefined, acceptCommit: undefined };

describe("the kinds of targets", () => {
  it("are all in the help, with what they do", () => {
    for (const { form, help } of TARGET_KINDS) expect(HELP).toContain(`${form}   ${help}`);
  });

  it("of a directory keeps our files in it", () => {
    expect(parseTarget("directory:/run/secrets", flags).defaultState).toBe("/run/secrets/..lacre");
  });

  it.each([
    ["s3:bucket", "is none of: directory:PATH"],
    ["directory", "is none of: directory:PATH"],
    ["directory:", "names no path"],
    ["kubernetes", "another way to run"],
    ["kubernetes:prod", "another way to run"],
    ["toString:x", "is none of"],
    ["__proto__:x", "is none of"],
    ["", "is none of"],
  ])("do not know %j", (text, message) => {
    expect(() => parseTarget(text, flags)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }),
    );
  });
});

describe("the kinds of sources", () => {
  it("are all in the help", () => {
    for (const form of SOURCE_FORMS) expect(HELP).toContain(form);
  });

  it.each([
    ["ftp:x", noFlags, "is none of: directory:PATH, git:URL#BRANCH"],
    ["directory:", noFlags, "is none of"],
    ["git", noFlags, "is none of"],
    ["__proto__:x", noFlags, "is none of"],
    ["git:--upload-pack=x", noFlags, "cannot start with '-'"],
    ["git:https://example.org/x#-b", noFlags, "cannot start with '-'"],
    ["directory:src", { allowedSigners: "f", acceptCommit: undefined }, "goes with a git source"],
    ["directory:src", { allowedSigners: undefined, acceptCommit: "a" }, "goes with --allowed-signers"],
    ["git:u", { allowedSigners: "f", acceptCommit: "abc" }, "takes a whole commit id"],
  ])("do not know %j with %j", (text, given, message) => {
    expect(() => parseSource(text, given)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }),
    );
  });
});
