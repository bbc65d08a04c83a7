/** Keys as lines of text. */
import { describe, expect, it } from "vitest";
import { formatPrivateKey, formatPublicKey, parsePrivateKeys, parsePublicKeys } from "../../../src/keys/text.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { bothEngines } from "../../support/engines.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const suites: readonly Suite[] = ["x25519", "mlkem768x25519"];
const key = keyOf(engine, "x25519", 0x11);
const [publicLine, privateLine] = [formatPublicKey(key.publicKey), formatPrivateKey(key)];

describe("the text of keys", () => {
  it.each(suites)("comes back, several to a text and among comments: %s", (suite) => {
    const keys = [1, 2].map((fill) => keyOf(engine, suite, fill));
    const text = (lines: readonly string[]) => `# keys\r\n\r\n  ${lines.join("  \r\n")}\r\n`;
    const publicLines = keys.map(({ publicKey }) => formatPublicKey(publicKey));
    expect(parsePublicKeys(engine, text(publicLines)).map(formatPublicKey)).toEqual(publicLines);
    const read = parsePrivateKeys(engine, text(keys.map(formatPrivateKey)));
    expect(read.map((one) => [one.publicKey.keyId, ...one.seed()])).toEqual(
      keys.map((one) => [one.publicKey.keyId, ...one.seed()]),
    );
  });

  const refused: readonly (readonly [string, (line: string) => string])[] = [
    ["nothing", () => ""],
    ["only a comment", (line) => `# ${line}`],
    ["another line beside it", (line) => `${line}\nhello`],
    ["a suite that there is not", (line) => line.replace(".x25519.", ".rsa.")],
    ["a suite of an object's name", (line) => line.replace(".x25519.", ".toString.")],
    ["its end cut off", (line) => line.slice(0, -4)],
    ["something behind it", (line) => `${line}.more`],
    ["padding", (line) => `${line}=`],
    ["a blank inside", (line) => `${line.slice(0, -4)} ${line.slice(-4)}`],
    ["a version of the future", (line) => line.replace("-1.", "-2.")],
  ];
  it.each(refused)("with %s is refused, as a public and as a private key", (_what, broken) => {
    for (const work of [
      () => parsePublicKeys(engine, broken(publicLine)),
      () => parsePrivateKeys(engine, broken(privateLine)),
    ]) {
      const { code, message, hint } = refusalOf(work);
      expect(code).toBe("KEY_INVALID");
      expect(`${message} ${hint}`).not.toContain("ERERER");
    }
  });

  it("of the other half is named, wherever in the text it stands", () => {
    expect(refusalOf(() => parsePublicKeys(engine, `${publicLine}\n${privateLine}`)).code).toBe("KEY_IS_PRIVATE");
    expect(refusalOf(() => parsePrivateKeys(engine, `${privateLine}\n${publicLine}`)).code).toBe("KEY_IS_PUBLIC");
  });
});
