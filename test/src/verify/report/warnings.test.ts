/** Warnings as notes: one for each kind, with how many there are. */
import { expect, it } from "vitest";
import { warningNotes } from "../../../../src/verify/report/warnings.ts";
import { RULES } from "../../../../src/verify/rules.ts";
import { finding } from "../../../support/findings.ts";

it.each([
  ["none", [], []],
  ["no warning", [finding()], []],
  [
    "one packed file, whatever is found in it",
    [finding({ rule: "packed-file", path: "a.zip" }), finding({ rule: "packed-file", path: "a.zip" })],
    ["packed and not judged: 1 file, such as a.zip; nothing is unpacked here"],
  ],
  [
    "two entries of one file",
    [finding({ rule: "sealed-key-old" }), finding({ rule: "sealed-key-old", line: 2 })],
    ["sealed for keys that only open any more: 2 entries in a.yaml; lacre keys list, lacre reseal"],
  ],
  [
    "an entry of each of two files",
    [
      finding({ rule: "sealed-signature-warned", path: "b.yaml" }),
      finding({ rule: "sealed-signature-warned", path: "c.yaml" }),
    ],
    ["without a good signature, where the policy is warn: 2 entries in 2 files, such as b.yaml; seal with --sign-with"],
  ],
])("%s", (_, warnings, notes) => {
  expect(warningNotes(warnings)).toEqual(notes);
});

it("every rule that warns has a note of its own", () => {
  const warnings = RULES.filter(({ kind }) => kind === "warning").map(({ id }) => finding({ rule: id }));
  expect(warningNotes(warnings)).toHaveLength(warnings.length);
});
