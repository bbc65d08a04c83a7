/** `lacre keys list`: a cluster's keys, and which entries still need each of them. `lacre keys rotate`: asks for a new one. */
import {
  fingerprintOf,
  type KeyId,
  type KeyState,
  LacreError,
  type ListedKey,
  parseKeyList,
  parseToken,
  type SignedKeyList,
  shortKeyId,
} from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { type ClusterOptions, openCluster } from "../io/cluster.ts";
import { readSource } from "../io/files.ts";
import { expandInputs } from "../io/inputs.ts";
import { trustKeyList } from "../io/pins.ts";
import { sealedObjects } from "../io/sealed-file.ts";

/** One key and what needs it. */
type KeyUse = {
  readonly keyId: KeyId;
  /** undefined: no list that was named has it. */
  readonly state: KeyState | undefined;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly entries: number;
  readonly files: readonly string[];
};

async function usesOf(
  context: CommandContext,
  paths: readonly string[],
): Promise<ReadonlyMap<KeyId, readonly string[]>> {
  const uses = new Map<KeyId, string[]>();
  for (const { shown } of await expandInputs(context, paths)) {
    const source = await readSource(context, shown);
    if (!source.text.includes("SealedSecret")) continue;
    for (const { sealed } of sealedObjects(source)) {
      for (const text of sealed.entries.values()) {
        for (const { keyId } of parseToken(text)?.stanzas ?? [])
          uses.set(keyId, [...(uses.get(keyId) ?? []), source.path]);
      }
    }
  }
  return uses;
}

function toUse(keyId: KeyId, key: ListedKey | undefined, files: readonly string[]): KeyUse {
  const times = key && { notBefore: key.notBefore, notAfter: key.notAfter };
  return { keyId, state: key?.state, ...times, entries: files.length, files: [...new Set(files)] };
}

function describe(list: SignedKeyList, fingerprint: string, uses: readonly KeyUse[]): string {
  const lines = uses.flatMap(({ keyId, state, notBefore, notAfter, entries, files }) => {
    const time = notBefore === undefined ? "" : `  ${notBefore.slice(0, 10)} to ${notAfter?.slice(0, 10)}`;
    const need = entries === 0 ? "no entry needs it" : `${entries} entries in ${files.length} files need it`;
    return [
      `  ${shortKeyId(keyId)}  ${(state ?? "UNKNOWN").padEnd(12)}${time}  ${need}`,
      ...files.slice(0, 5).map((file) => `      ${file}`),
      ...(files.length > 5 ? [`      and ${files.length - 5} more`] : []),
    ];
  });
  return `${list.cluster}, serial ${list.serial}, ${fingerprint}\n${lines.join("\n")}\n`;
}

/** The keys of a list, and for each how many entries below the paths still need it. */
export async function listKeys(
  context: CommandContext,
  file: string,
  paths: readonly string[],
  options: { readonly json?: boolean },
): Promise<void> {
  const engine = await context.engine();
  const list = parseKeyList(engine, (await readSource(context, file)).text);
  await trustKeyList(context, engine, list);
  const needed = paths.length === 0 ? new Map<KeyId, readonly string[]>() : await usesOf(context, paths);
  const listed = list.keys.map((key) => toUse(key.publicKey.keyId, key, needed.get(key.publicKey.keyId) ?? []));
  const known = new Set(listed.map(({ keyId }) => keyId));
  const strange = [...needed]
    .filter(([keyId]) => !known.has(keyId))
    .map(([keyId, files]) => toUse(keyId, undefined, files));
  const uses = [...listed, ...strange];
  if (options.json === true) {
    await context.print(`${JSON.stringify({ cluster: list.cluster, serial: list.serial, keys: uses }, null, 2)}\n`);
    return;
  }
  await context.print(describe(list, fingerprintOf(engine, list.identity), uses));
}

/** Asks the controller for a new sealing key; the old ones go on opening. */
export async function rotateKeys(
  context: CommandContext,
  options: ClusterOptions & { readonly keyNamespace: string },
): Promise<void> {
  const cluster = await openCluster(context, options);
  const asked = new Date(context.nowMs()).toISOString();
  if (!(await cluster.annotateConfigMap(options.keyNamespace, "lacre-keys", "lacre.dev/rotate-requested", asked))) {
    throw new LacreError("CLUSTER_FAILED", `${cluster.context} has no key list in ${options.keyNamespace}/lacre-keys`, {
      hint: "is the controller running? It may live elsewhere: --key-namespace NAME",
    });
  }
  context.say(`${cluster.context} was asked for a new key; within half a minute: lacre keys fetch`);
}
