/** What is said of something that was never pinned, or is not what was pinned: as a question, or as an error. */
import { LacreError } from "../../src/errors.ts";
import { printableName, shortKeyId } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import {
  describeMapping,
  describeRecipient,
  mismatch,
  pinCommand,
  type Verdict,
  type Wanted,
  whereSeen,
} from "./pin-verdict.ts";
import { PIN_VARIABLE, type PinnedRecipient, type Pins } from "./pins.ts";
import type { NamedRecipient } from "./recipient-files.ts";

type Unpinned = Exclude<Verdict, { kind: "same" }>;

function recipientsIn({ found }: Wanted): readonly PinnedRecipient[] {
  return found.flatMap(({ recipients }) => recipients);
}

/** PIN_MISSING, or PIN_MISMATCH for an environment that moved, with the ways to go on. */
export function notPinned(wanted: Wanted, verdict: Unpinned, pins: Pins): LacreError {
  const { name, found } = wanted;
  if (verdict.kind === "moved") {
    return new LacreError("PIN_MISMATCH", `${name} is not what was pinned: ${verdict.what}`, {
      hint: `harmless if it was meant: ask who changed .lacre.yaml; then: ${pinCommand(wanted, found[0]?.file)}${verdict.isDefault ? " --default" : ""}`,
    });
  }
  const whom = recipientsIn(wanted).map((one) => `${describeRecipient(one)}, ${whereSeen(one, pins)}`);
  const ways = found.map(({ file }) => pinCommand(wanted, file)).join(" and ");
  return new LacreError("PIN_MISSING", `${name} is not pinned here; it would be sealed for ${whom.join("; ")}`, {
    hint: `compare with who runs ${name}, by another way than this repository; then: ${ways}; in CI: ${PIN_VARIABLE}=SHA256:...`,
  });
}

/** PIN_MISSING or PIN_MISMATCH unless somebody at the terminal agrees, or tells the fingerprints. */
export async function askWhetherToPin(
  context: CommandContext,
  wanted: Wanted,
  named: readonly NamedRecipient[],
  verdict: Unpinned,
  pins: Pins,
): Promise<void> {
  const answer = await context.askLine(questionOf(wanted, named, verdict, pins));
  if (answer === undefined) throw notPinned(wanted, verdict, pins);
  if (/^y(?:es)?$/i.test(answer)) return;
  const typed = answer.split(/[\s,]+/);
  if (!typed[0]?.startsWith("SHA256:")) throw notPinned(wanted, verdict, pins);
  const other = recipientsIn(wanted).find(({ fingerprint }) => !typed.includes(fingerprint));
  if (other !== undefined)
    throw mismatch(
      wanted,
      wanted.found[0]?.file ?? "FILE",
      describeRecipient(other),
      `${printableName(answer)} (typed)`,
    );
}

/** Each name is one word of a line: what a repository calls something cannot make a line of its own. */
function questionOf(wanted: Wanted, named: readonly NamedRecipient[], verdict: Unpinned, pins: Pins): string {
  const { name, found, mapping } = wanted;
  const lines = found.map(({ file, recipients }) => {
    const ids = named.find((one) => one.file === file)?.keys.map(({ keyId }) => shortKeyId(keyId)) ?? [];
    const seen = recipients.map((one) => `${describeRecipient(one)}, ${whereSeen(one, pins)}`);
    return `  ${JSON.stringify(printableName(file))}: ${seen.join("; ")}; key ${ids.join(", ")}`;
  });
  const about = describeMapping(mapping);
  return [
    verdict.kind === "missing"
      ? `${name} was never sealed for from here.`
      : `${name} is not what was pinned: ${verdict.what}.`,
    ...lines,
    ...(about.length > 0 ? [`  ${about.join("; ")}`] : []),
    "Ask who runs it for its fingerprint, by another way than this repository.",
    "Seal for it? yes, no, or the fingerprint that they tell: ",
  ].join("\n");
}
