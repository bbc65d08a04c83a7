/** `lacre verify --live`. */
import { EXIT } from "../../src/node/exit-status.ts";
import type { CompareOptions } from "../cluster/compare.ts";
import type { CommandContext } from "../context.ts";

/** After the files: is what they say what runs? Differences count as found, not being able to tell as a failure. */
export async function verifyLive(
  context: CommandContext,
  paths: readonly string[],
  options: CompareOptions,
  status: number,
): Promise<number> {
  const { compareWithCluster, describeDiff } = await import("../cluster/compare.ts");
  const different = (await compareWithCluster(context, paths, options)).filter(({ sign }) => sign !== "=");
  if (different.length === 0) {
    context.say("the cluster is as Git says");
    return status;
  }
  context.say(`the cluster is not as Git says:\n${describeDiff(different).trimEnd()}`);
  return status === EXIT.fine ? EXIT.found : status;
}
