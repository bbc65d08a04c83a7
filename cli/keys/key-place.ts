/** Whose keys a command changes, and the change: in a cluster through its controller, or in a key store in a file. */
import { LacreError } from "../../src/errors.ts";
import {
  changeStore,
  type decideKeys,
  factsOf,
  formatAnswer,
  judgeOrder,
  KEY_LIFETIME_MS,
  type KeyOrder,
  type KeyStore,
  orderRequest,
  parseKeyList,
} from "../../src/keys/index.ts";
import { type KeyId, shortKeyId } from "../../src/model/index.ts";
import { type ClusterOptions, openCluster } from "../cluster/cluster.ts";
import { askController, publishedList } from "../cluster/key-orders.ts";
import type { CommandContext } from "../context.ts";
import { changeStoreFile, resolveKeyId } from "./key-store.ts";
import { describeKeys } from "./key-words.ts";

/** Whose keys: those of a file, or of the cluster that kubectl would use. */
export type KeyPlace = ClusterOptions & { readonly keyFile?: string; readonly keyNamespace: string };

/** Has a key marked or destroyed. given: the digits that name it; toOrder may refuse, once the key is known. */
export async function orderKey(
  context: CommandContext,
  given: string,
  options: KeyPlace,
  toOrder: (keyId: KeyId) => KeyOrder,
): Promise<void> {
  if (options.keyFile !== undefined) {
    await changeStoreOf(context, options.keyFile, (store) => {
      const known = store.keys.map(({ publicKey }) => publicKey.keyId);
      const wanted = toOrder(resolveKeyId(given, known));
      const verdict = judgeOrder(factsOf(store), wanted, 0);
      if (!verdict.ok) throw refused(wanted.keyId, verdict.problem);
      return verdict.actions;
    });
    return;
  }
  const cluster = await openCluster(context, options);
  const list = parseKeyList(await context.engine(), await publishedList(cluster, options.keyNamespace));
  const wanted = toOrder(
    resolveKeyId(
      given,
      list.keys.map(({ publicKey }) => publicKey.keyId),
    ),
  );
  const time = new Date(context.nowMs()).toISOString();
  const answer = await askController(context, cluster, options.keyNamespace, orderRequest(wanted, time));
  if (answer.kind === "refused") {
    throw new LacreError("KEY_IN_USE", `${shortKeyId(wanted.keyId)}: ${formatAnswer(answer)}`, {
      hint: "entries are moved by lacre reseal; --force with the whole key id loses them",
    });
  }
  context.say(`${cluster.context}: ${shortKeyId(wanted.keyId)} is ${pastOf(wanted)}. Then: lacre keys fetch`);
}

function pastOf(order: KeyOrder): string {
  return order.kind === "destroy" ? "destroyed" : "compromised";
}

function refused(keyId: KeyId, problem: "unknown" | "active" | "in-use" | "destroyed"): LacreError {
  const name = shortKeyId(keyId);
  if (problem === "active") {
    return new LacreError("KEY_IN_USE", `${name} is active: people seal for it`, { hint: "first: lacre keys rotate" });
  }
  return new LacreError("KEY_UNKNOWN", `${name} is destroyed already`, { hint: "nothing is left to do" });
}

/** Changes a key store as decided, says what is in it now, and what is left to do. */
export async function changeStoreOf(
  context: CommandContext,
  file: string,
  decide: (store: KeyStore, now: Date) => ReturnType<typeof decideKeys>,
): Promise<void> {
  const now = new Date(context.nowMs());
  let isChanged = false;
  const store = await changeStoreFile(context, file, (before, engine) => {
    const suite = before.keys.find(({ state }) => state === "active")?.publicKey.suite ?? "mlkem768x25519";
    const newKeys = { suite, lifetimeMs: KEY_LIFETIME_MS };
    const after = changeStore(engine, before, decide(before, now), now, newKeys);
    isChanged = after !== before;
    // Without an active key nobody could seal: a new one is made in the same breath.
    const canSeal = after.keys.some(({ state }) => state === "active" || state === "pending");
    return !isChanged || canSeal
      ? after
      : changeStore(engine, after, [{ kind: "make", state: "active" }], now, newKeys);
  });
  context.say(`${file}: ${describeKeys(store)}${isChanged ? "" : "; nothing to do"}`);
  if (store.keys.some(({ state }) => state === "pending"))
    context.say("the pending key waits for its backup: lacre keys backup");
  else if (isChanged) context.say(`publish it: lacre keys publish --key-file ${file} -o keys/${store.cluster}.keys`);
}
