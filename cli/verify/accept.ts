/** `lacre verify --accept`: what is found now goes into the baseline. */
import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { writeAtomic } from "../../src/node/write.ts";
import {
  BASELINE_FILE,
  type Baseline,
  type Finding,
  isUnscanned,
  isWarning,
  printBaseline,
} from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { firstIdentity } from "./judge.ts";

/** Puts everything that is found now, and not allowed yet, into the baseline. */
export async function accept(
  context: CommandContext,
  root: string,
  { keys, entries }: Baseline,
  findings: readonly Finding[],
  { reason, expires }: { readonly reason: string; readonly expires: string | undefined },
): Promise<number> {
  if (reason.trim() === "" || /[\r\n]/.test(reason)) {
    throw new LacreError("USAGE", "a baseline entry needs a reason, on one line", {
      hint: 'such as: lacre verify --accept "rotated, still in old commits"',
    });
  }
  if (expires !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(expires))
    throw new LacreError("USAGE", "--expires takes a day", { hint: "such as: --expires 2027-01-31" });
  const open = findings.filter(
    ({ identity, ...finding }) =>
      identity !== undefined && finding.allowed === undefined && !isUnscanned(finding) && !isWarning(finding),
  );
  const added = open.map((finding) => ({
    identity: firstIdentity(finding).identity ?? "",
    rule: finding.rule,
    path: finding.path,
    reason: reason.trim(),
    ...(expires === undefined ? {} : { expires }),
  }));
  if (added.length > 0) {
    writeAtomic({
      path: path.join(root, BASELINE_FILE),
      content: printBaseline({ keys, entries: [...entries, ...added] }),
    });
  }
  const done = added.length === 0 ? "nothing to accept" : `${added.length} accepted in ${BASELINE_FILE}: commit it`;
  await context.print(`${done}\n`);
  return EXIT.fine;
}
