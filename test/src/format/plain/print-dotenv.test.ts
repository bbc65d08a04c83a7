/** Values as a .env file: whatever is printed is read back as it was, and what no such file can hold is named. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../../../src/bytes.ts";
import { readDotenv } from "../../../../src/format/plain/dotenv.ts";
import { printDotenv } from "../../../../src/format/plain/print-dotenv.ts";
import { decodeText } from "../../../../src/format/yaml/source.ts";
import { ENV_DIALECTS, type EnvDialect } from "../../../../src/model/env-dialect.ts";

const print = (value: string, dialect?: EnvDialect) => printDotenv(new Map([["A", utf8(value)]]), dialect);
const read = (text: string, dialect?: EnvDialect) =>
  [...readDotenv(decodeText(".env", text), dialect)].map(([key, value]) => [key, fromUtf8(value)]);

describe("values printed as a .env file", () => {
  it.each(["", "plain", "a=b,c%20", "-x_.:/@+"])("hold %j for all who read such files", (value) => {
    const printed = print(value);
    expect(printed.ok && read(printed.text)).toEqual([["A", value]]);
  });

  it.each(["a b", "it's", 'a"b', "a\nb", "$HOME", "#x", "back\\slash", 'it\'s "quoted"'])(
    "hold %j for bash, and not for all",
    (value) => {
      expect(print(value)).toEqual({ ok: false, key: "A" });
      const printed = print(value, "bash");
      expect(printed.ok && read(printed.text, "bash")).toEqual([["A", value]]);
    },
  );

  it.each([undefined, ...ENV_DIALECTS])("hold any text as it was for %s, or say that they cannot", (dialect) => {
    const telling = fc.string({ unit: fc.constantFrom(..."ab '\"\\$`#=\n\t{}", "é"), maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(telling, fc.string({ unit: "grapheme" })), (value) => {
        const printed = print(value, dialect);
        if (printed.ok) expect(read(printed.text, dialect)).toEqual([["A", value]]);
        else expect(printed.key).toBe("A");
      }),
    );
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
