/** Values as a .env file: whatever is printed is read back as it was, and what no such file can hold is named. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../../../src/bytes.ts";
import { readDotenv } from "../../../../src/format/plain/dotenv.ts";
import { printDotenv } from "../../../../src/format/plain/print-dotenv.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";

const print = (value: string) => printDotenv(new Map([["A", utf8(value)]]));
const read = (text: string) => [...readDotenv(decodeText(".env", text))].map(([key, value]) => [key, fromUtf8(value)]);

describe("values printed as a .env file", () => {
  it.each(["", "plain", "a b", "it's", 'a"b', "a\nb", "$HOME", "#x", "back\\slash", 'it\'s $5 "quoted"\n'])(
    "hold %j as it was",
    (value) => {
      const printed = print(value);
      expect(printed.ok && read(printed.text)).toEqual([["A", value]]);
    },
  );

  it("hold any text as it was, or say that they cannot", () => {
    const telling = fc.string({ unit: fc.constantFrom(..."ab '\"\\$`#=\n\t{}", "é"), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(telling, fc.string({ unit: "grapheme" })), (value) => {
        const printed = print(value);
        if (printed.ok) expect(read(printed.text)).toEqual([["A", value]]);
        else expect(printed.key).toBe("A");
      }),
    );
  });

  it.each([
    ["without quotes where it needs none", "https://db:5432/x?", "A='https://db:5432/x?'\n"],
    ["without quotes where no reader minds", "a-b_c.d/e:f@g%h+i,j=k", "A=a-b_c.d/e:f@g%h+i,j=k\n"],
    ["in single quotes, in which nothing counts", "a $b `c` \\d", "A='a $b `c` \\d'\n"],
    ["in double quotes where it has a single one", 'it\'s $5 \\ "x"', 'A="it\'s \\$5 \\\\ \\"x\\""\n'],
    ["on one line in double quotes", "it's\ntwo", 'A="it\'s\\ntwo"\n'],
  ])("have a value %s", (_what, value, text) => {
    expect(print(value)).toEqual({ ok: true, text });
  });

  it("keep the order of their keys, each on a line", () => {
    const values = new Map([
      ["B", utf8("1")],
      ["A", utf8("2")],
    ]);
    expect(printDotenv(values)).toEqual({ ok: true, text: "B=1\nA=2\n" });
    expect(printDotenv(new Map())).toEqual({ ok: true, text: "" });
  });

  it.each([
    ["bytes that are no text", Uint8Array.of(0xff, 0xfe)],
    ["a zero byte", Uint8Array.of(0x61, 0)],
    ["line ends of Windows, which editors change", utf8("a\r\nb")],
    ["a quote and a backquote, which a shell would run", utf8("it's `id`")],
  ])("cannot hold %s: the key is named, and nothing is printed", (_what, value) => {
    const values = new Map([
      ["FINE", utf8("x")],
      ["A", value],
    ]);
    expect(printDotenv(values)).toEqual({ ok: false, key: "A" });
  });
});
