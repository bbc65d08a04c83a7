/** `lacre keys rotate`, `compromised` and `destroy`: of a cluster through its controller, or of a key store in a file. */
import {
  changeStore,
  DEFAULT_SUITE,
  decideKeys,
  factsOf,
  formatAnswer,
  judgeOrder,
  KEY_LIFETIME_MS,
  type KeyId,
  type KeyOrder,
  type KeyStore,
  LacreError,
  orderRequest,
  parseKeyList,
  rotateRequest,
  shortKeyId,
} from "../../src/index.ts";
import { type ClusterOptions, openCluster } from "../cluster/cluster.ts";
import { askController, publishedList } from "../cluster/key-orders.ts";
import type { CommandContext } from "../context.ts";
import { counted } from "../counted.ts";
import { changeStoreFile, resolveKeyId } from "../keys/key-store.ts";
import { usesOfKeys } from "../keys/key-uses.ts";
import { describeKeys } from "./keys.ts";

/** Whose keys: those of a file, or of the cluster that kubectl would use. */
export type KeyPlace = ClusterOptions & { readonly keyFile?: string; readonly keyNamespace: string };

/** Options of `lacre keys rotate`. */
export type RotateOptions = KeyPlace & { readonly requireBackup?: boolean };
/** Options of `lacre keys destroy`. */
export type DestroyOptions = KeyPlace & { readonly force?: boolean };

const FULL_KEY_ID = /^[0-9a-f]{32}$/;

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

/** Marks a key as known to others: nothing is sealed for it any more, and controllers stop opening with it. */
export async function markCompromised(context: CommandContext, given: string, options: KeyPlace): Promise<void> {
  context.say(
    "first change the secrets themselves, where they are valid: what was sealed for this key must count as known",
  );
  await order(context, given, options, (keyId) => ({ kind: "compromised", keyId }));
}

/** Destroys a key: what is sealed for it opens with nothing any more. */
export async function destroyKey(
  context: CommandContext,
  given: string,
  paths: readonly string[],
  options: DestroyOptions,
): Promise<void> {
  const force = options.force === true;
  if (force && !FULL_KEY_ID.test(given)) {
    throw new LacreError("USAGE", "--force takes the whole key id, all 32 digits", {
      hint: "lacre keys list --json shows it; what is sealed for the key is lost for good",
    });
  }
  if (!force && paths.length === 0 && options.keyFile !== undefined) {
    throw new LacreError("USAGE", "say which files could still need the key", {
      hint: `lacre keys destroy ${given} --key-file ${options.keyFile} secrets/`,
    });
  }
  const uses = await usesOfKeys(context, paths);
  await order(context, given, options, (keyId) => {
    const files = uses.get(keyId) ?? [];
    if (!force && files.length > 0) throw inUse(keyId, files);
    return { kind: "destroy", keyId, force };
  });
}

function inUse(keyId: KeyId, files: readonly string[]): LacreError {
  const distinct = [...new Set(files)];
  return new LacreError(
    "KEY_IN_USE",
    `${counted(files.length, "entry", "entries")} in ${counted(distinct.length, "file")} need ${shortKeyId(keyId)}, such as ${distinct.slice(0, 3).join(", ")}`,
    { hint: "move them first: lacre reseal; or lose them: --force with the whole key id" },
  );
}

async function order(
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

async function changeStoreOf(
  context: CommandContext,
  file: string,
  decide: (store: KeyStore, now: Date) => ReturnType<typeof decideKeys>,
): Promise<void> {
  const now = new Date(context.nowMs());
  let isChanged = false;
  const store = await changeStoreFile(context, file, (before, engine) => {
    const suite = before.keys.find(({ state }) => state === "active")?.publicKey.suite ?? DEFAULT_SUITE;
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
