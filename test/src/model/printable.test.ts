/** Hostile names, as a terminal and a log of a CI system would meet them. */
import { describe, expect, it } from "vitest";
import {
  printable,
  printableInLog,
  printableJson,
  printableName,
  printableTalk,
} from "../../../src/model/printable.ts";

describe("what is printed", () => {
  it("escapes every character that moves the cursor, turns the direction or hides", () => {
    for (const code of [
      0, 7, 8, 13, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x61c, 0x200b, 0x2028, 0x2029, 0x202e, 0x2066, 0xfeff, 0xe0041,
    ])
      expect(printable(`a${String.fromCodePoint(code)}b`)).toMatch(/^a\\[xu][0-9a-f{}]+b$/);
    expect(printable("über\tname\nnext 秘密")).toBe("über\tname\nnext 秘密");
    expect(printableName("a\nb\tc")).toBe("a\\x0ab\\x09c");
  });

  it("lets no line of a log begin with a command", () => {
    const log = printableInLog("::stop-commands::x\n##[error]y\nsection_start:1:a\n");
    expect(log).not.toMatch(/^(?:::|##\[|section_)/m);
    expect(log).not.toContain("##[");
    expect(printableInLog("a ##vso[task.x]b ##teamcity[c] ## d\n")).toBe("| a # #vso[task.x]b # #teamcity[c] ## d\n");
  });

  it("lets no line of talk begin with a command, also behind blanks, and keeps all other lines", () => {
    const talk = printableTalk("a\n  ::stop-commands::x\nb ##[error]y\nsection_start:1:a\n: c :: d\n");
    expect(talk).not.toMatch(/^\s*(?:::|section_)/m);
    expect(talk).not.toContain("##[");
    expect(talk).toContain("\n: c :: d\n");
  });

  it("writes JSON that says the same and shows nothing hidden", () => {
    const hostile = { "a\u202eb": "\u009b31m##[error]\\##vso[x]\u2028\u{e0041}\x7f\x1b[0m \u00e4\n", list: ["\ud800"] };
    for (const space of [0, 2]) {
      const json = printableJson(JSON.stringify(hostile, null, space));
      expect(JSON.parse(json)).toEqual(hostile);
      expect(json).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|##\w*\[/u);
    }
  });
});
