/** A comment that allows one finding. */
import { expect, it } from "vitest";
import { allowanceOf } from "../../../../src/verify/allow/inline.ts";
import { Lines } from "../../../../src/verify/text/text.ts";
import { finding } from "../../../support/findings.ts";

/** The finding is the four characters behind `x: ` on the line that begins so. */
function reasonIn(text: string): string | undefined {
  const lines = new Lines(text);
  const { line } = lines.at(text.indexOf("x: "));
  return allowanceOf(text, lines, finding({ line, endLine: line, column: 4, endColumn: 8 }));
}

const ALLOW = "lacre:allow plaintext-credential";

it.each([
  ["behind the value", `x: abcd # ${ALLOW} a test\n`, "a test"],
  ["on the line above", `# ${ALLOW} a test\nx: abcd\n`, "a test"],
  ["in another kind of comment", `<!-- ${ALLOW} a test -->\nx: abcd\n`, "a test"],
  ["two lines above", `# ${ALLOW} a test\n\nx: abcd\n`, undefined],
  ["on the line below", `x: abcd\n# ${ALLOW} a test\n`, undefined],
  ["without a reason", `x: abcd # ${ALLOW} \n`, undefined],
  ["for another rule", "x: abcd # lacre:allow private-key a test\n", undefined],
  ["in front of the value, where it would be the value's", `# ${ALLOW} a test`.replace("#", "y #"), undefined],
])("%s: %j", (_, text, reason) => {
  expect(reasonIn(text.includes("x: ") ? text : `${text}\n\nx: abcd\n`)).toBe(reason);
});
