/** What keys files name: bare public keys as they stand, or a cluster's signed list. Whether it is trusted, pins say. */
import type { Engine, PublicKey } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { isKeyList, newestActive, parseKeyList, parsePublicKeys, type SignedKeyList } from "../../src/keys/index.ts";
import { shellQuoted, shellWord } from "../../src/model/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import type { CommandContext } from "../context.ts";
import { readSourceIfPresent } from "../files/files.ts";
import type { PinPlace } from "./pin-places.ts";

/** What one file names. keys: those to seal for; of a list its newest active one. */
export type NamedRecipient = {
  readonly file: string;
  readonly keys: readonly PublicKey[];
  readonly list?: SignedKeyList;
};

/** What a text names, or NO_PUBLIC_KEY for a list without an active key. */
export function readNamed(engine: Engine, file: string, text: string): NamedRecipient {
  return inFile(file, () => {
    if (!isKeyList(text)) return { file, keys: parsePublicKeys(engine, text) };
    const list = parseKeyList(engine, text);
    const newest = newestActive(list);
    if (newest !== undefined) return { file, keys: [newest.publicKey], list };
    throw new LacreError("NO_PUBLIC_KEY", `the key list of ${list.cluster} has no active key`, {
      hint: "fetch the newest list: lacre keys fetch; if it has none either, ask who runs the cluster",
    });
  });
}

/** What the files of an environment name, or NO_PUBLIC_KEY for one that is missing. */
export function readPlace(
  context: CommandContext,
  engine: Engine,
  { name, files }: PinPlace,
): readonly NamedRecipient[] {
  return files.map((file) => {
    const source = readSourceIfPresent(context, file);
    if (source !== undefined) return readNamed(engine, file, source.text);
    throw new LacreError("NO_PUBLIC_KEY", `no public key for ${JSON.stringify(name)}: ${file} is missing or empty`, {
      hint: `get the key of ${name} and commit it. From its cluster: lacre keys fetch --env ${shellQuoted(name)}. From a key file: lacre keys public --key-file KEY > ${shellWord(file)}`,
    });
  });
}

/** What those of its files name that are there. */
export function readPresent(context: CommandContext, engine: Engine, place: PinPlace): readonly NamedRecipient[] {
  const files = place.files.filter((file) => readSourceIfPresent(context, file) !== undefined);
  return readPlace(context, engine, { ...place, files });
}
