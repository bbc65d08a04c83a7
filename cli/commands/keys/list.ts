/** `lacre keys list`: a cluster's keys, and which entries still need each of them. */
import type { Engine } from "../../../src/crypto/index.ts";
import { LacreError } from "../../../src/errors.ts";
import {
  fingerprintOf,
  type KeyState,
  type ListedKey,
  parseKeyList,
  type SignedKeyList,
} from "../../../src/keys/index.ts";
import { type KeyId, printableJson, printableName, printableTalk, shortKeyId } from "../../../src/model/index.ts";
import { type ClusterOptions, openCluster } from "../../cluster/cluster.ts";
import { publishedList } from "../../cluster/key-orders.ts";
import type { CommandContext } from "../../context.ts";
import { readSource } from "../../files/files.ts";
import { usesOfKeys } from "../../keys/key-uses.ts";
import { refuseOlder } from "../../keys/pin-verdict.ts";
import { readPins } from "../../keys/pins.ts";
import { recipientsOf, refuseUndemanded, trustFile } from "../../keys/recipient-pins.ts";

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
      ...files.slice(0, 5).map((file) => `      ${printableName(file)}`),
      ...(files.length > 5 ? [`      and ${files.length - 5} more`] : []),
    ];
  });
  return `${printableName(list.cluster)}, serial ${list.serial}, ${fingerprint}\n${lines.join("\n")}\n`;
}

/** Options of `lacre keys list`. */
export type ListOptions = ClusterOptions & { readonly json?: boolean; readonly keyNamespace: string };

async function readList(
  context: CommandContext,
  named: readonly string[],
  options: ListOptions,
): Promise<{ readonly text: string; readonly file?: string; readonly paths: readonly string[] }> {
  if (options.context !== undefined || options.kubeconfig !== undefined) {
    const cluster = await openCluster(context, options);
    const text = await publishedList(cluster, options.keyNamespace);
    context.progress("");
    return { text, paths: named };
  }
  const [file, ...paths] = named;
  if (file === undefined) {
    throw new LacreError("USAGE", "whose keys?", { hint: "lacre keys list keys/prod.keys, or --context NAME" });
  }
  return { text: (await readSource(context, file)).text, file, paths };
}

/** Nothing is sealed here, so a list that was never pinned is shown; one against a pin or LACRE_PIN, or an old one, is not. */
async function refuseFalse(
  context: CommandContext,
  engine: Engine,
  list: SignedKeyList,
  file: string | undefined,
): Promise<void> {
  const named = { file: file ?? `the key list of ${list.cluster}`, keys: [], list };
  if (file !== undefined) return void (await trustFile(context, engine, named, []));
  const recipients = recipientsOf(engine, named);
  for (const one of recipients) refuseOlder(one, readPins(context));
  refuseUndemanded(context, {
    name: named.file,
    environment: undefined,
    found: [{ file: named.file, recipients, own: undefined }],
  });
}

/** The keys of a list, of a file or of a cluster, and for each how many entries below the paths still need it. */
export async function listKeys(context: CommandContext, named: readonly string[], options: ListOptions): Promise<void> {
  const engine = await context.engine();
  const { text, file, paths } = await readList(context, named, options);
  const list = parseKeyList(engine, text);
  await refuseFalse(context, engine, list, file);
  const needed = await usesOfKeys(context, paths);
  const listed = list.keys.map((key) => toUse(key.publicKey.keyId, key, needed.get(key.publicKey.keyId) ?? []));
  const known = new Set(listed.map(({ keyId }) => keyId));
  const strange = [...needed]
    .filter(([keyId]) => !known.has(keyId))
    .map(([keyId, files]) => toUse(keyId, undefined, files));
  const uses = [...listed, ...strange];
  if (options.json === true) {
    await context.print(
      `${printableJson(JSON.stringify({ cluster: list.cluster, serial: list.serial, keys: uses }, null, 2))}\n`,
    );
    return;
  }
  await context.print(printableTalk(describe(list, fingerprintOf(engine, list.identity), uses)));
}
