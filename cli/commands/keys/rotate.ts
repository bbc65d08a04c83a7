/** `lacre keys rotate`: in a cluster through its controller, or in a key store in a file. */
import { LacreError } from "../../../src/errors.ts";
import { decideKeys, factsOf, formatAnswer, rotateRequest } from "../../../src/keys/index.ts";
import { openCluster } from "../../cluster/cluster.ts";
import { askController } from "../../cluster/key-orders.ts";
import type { CommandContext } from "../../context.ts";
import { changeStoreOf, type KeyPlace } from "../../keys/key-place.ts";

/** Options of `lacre keys rotate`. */
export type RotateOptions = KeyPlace & { readonly requireBackup?: boolean };

/** A new sealing key; the old ones go on opening. */
export async function rotateKeys(context: CommandContext, options: RotateOptions): Promise<void> {
  if (options.keyFile === undefined) {
    const cluster = await openCluster(context, options);
    const request = rotateRequest(new Date(context.nowMs()).toISOString());
    const answer = await askController(context, cluster, options.keyNamespace, request);
    if (answer.kind === "refused") {
      throw new LacreError("CONFLICT", `${cluster.context} made no key: ${answer.why}`, {
        hint: "lacre keys list shows the keys that there are",
      });
    }
    context.say(`${cluster.context}: ${formatAnswer(answer)}. Then: lacre keys fetch`);
    return;
  }
  const policy = { generateFirstKey: true, requireBackup: options.requireBackup === true };
  await changeStoreOf(context, options.keyFile, (store, now) =>
    decideKeys(factsOf(store), policy, now, { rotate: true }),
  );
}
