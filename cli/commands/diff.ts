/** `lacre diff`: Git against the cluster. */
import { printableJson, printableTalk } from "../../src/model/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import { type CompareOptions, compareWithCluster, describeDiff } from "../cluster/compare.ts";
import type { CommandContext } from "../context.ts";

/** Options of `lacre diff`. */
export type DiffOptions = CompareOptions & { readonly json?: boolean };

/** Runs the command; its status. Whatever keeps us from telling ends it with a status of its own, never with that of a difference. */
export async function diff(context: CommandContext, files: readonly string[], options: DiffOptions): Promise<number> {
  const diffs = await compareWithCluster(context, files, options);
  await context.print(
    options.json === true ? `${printableJson(JSON.stringify(diffs, null, 2))}\n` : printableTalk(describeDiff(diffs)),
  );
  return diffs.every(({ sign }) => sign === "=") ? EXIT.fine : EXIT.different;
}
