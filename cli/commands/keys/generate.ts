/** `lacre keys generate`: keys made on this machine. */
import { wipe } from "../../../src/bytes.ts";
import {
  createSealer,
  formatSigningKey,
  generateKey,
  generateSigningKey,
  signingKeyLine,
} from "../../../src/crypto/index.ts";
import { LacreError } from "../../../src/errors.ts";
import {
  CLUSTER,
  changeStore,
  fingerprintOf,
  formatKeyStore,
  formatPrivateKey,
  formatPublicKey,
  holdNew,
  KEY_LIFETIME_MS,
  listOf,
  newStore,
  signKeyList,
  wipeStore,
} from "../../../src/keys/index.ts";
import { type Suite, shortKeyId } from "../../../src/model/index.ts";
import type { CommandContext } from "../../context.ts";
import { tellFingerprint } from "../../keys/key-words.ts";
import { loadPrivateKeys, writePrivateFile } from "../../keys/private-keys.ts";
import { fingerprintOfKey } from "../../keys/recipient-pins.ts";

/** Options of `lacre keys generate`. */
export type GenerateOptions = {
  readonly keyFile: string;
  readonly suite: Suite;
  readonly cluster?: string;
  readonly adopt?: readonly string[];
  readonly signing?: boolean;
};

/** Makes a bare key pair, a key store with an identity, or a key to sign with. */
export async function generateKeys(context: CommandContext, options: GenerateOptions): Promise<void> {
  if (options.signing === true && (options.cluster !== undefined || options.adopt !== undefined)) {
    throw new LacreError("USAGE", "a signing key belongs to a person, not to a cluster", {
      hint: "make it by itself: lacre keys generate --signing --key-file FILE",
    });
  }
  if (options.signing === true) return generateSigner(context, options.keyFile);
  if (options.cluster !== undefined) return generateStore(context, options, options.cluster);
  if (options.adopt !== undefined) {
    throw new LacreError("USAGE", "--adopt makes a key store, and that has a name", { hint: "add --cluster NAME" });
  }
  const engine = await context.engine();
  const key = generateKey(engine, options.suite);
  try {
    // The file is written before the public key is shown, so that no key is used that was not kept.
    writePrivateFile(context, options.keyFile, `${formatPrivateKey(key)}\n`);
    await context.print(`# lacre key ${key.publicKey.keyId}\n${formatPublicKey(key.publicKey)}\n`);
    context.say(
      `private key: ${options.keyFile} (mode 0600). Keep a copy offline: what is sealed for it opens with nothing else`,
    );
    tellFingerprint(context, fingerprintOfKey(engine, key.publicKey));
  } finally {
    key.wipe();
  }
}

async function generateStore(context: CommandContext, options: GenerateOptions, cluster: string): Promise<void> {
  if (!CLUSTER.test(cluster)) {
    throw new LacreError("USAGE", `--cluster ${JSON.stringify(cluster.slice(0, 80))} is no name`, {
      hint: "lower-case letters, digits, '-', '_' and '.'",
    });
  }
  const engine = await context.engine();
  const now = new Date(context.nowMs());
  const adopted = options.adopt === undefined ? [] : await loadPrivateKeys(context, options.adopt);
  const empty = newStore(engine, cluster, now);
  const newKeys = { suite: options.suite, lifetimeMs: KEY_LIFETIME_MS };
  // Of several keys that are taken over, the first is sealed to: that of the file that was named first.
  const held = adopted.map((key, index) => holdNew(key, index === 0 ? "active" : "decrypt-only", now, KEY_LIFETIME_MS));
  const store =
    held.length > 0
      ? { ...empty, keys: held }
      : changeStore(engine, empty, [{ kind: "make", state: "active" }], now, newKeys);
  try {
    writePrivateFile(context, options.keyFile, formatKeyStore(engine, store));
    await context.print(signKeyList(engine, listOf(store), store.identity));
    context.say(
      `key store of ${cluster}: ${options.keyFile} (mode 0600), for lacre-controller. Back it up: lacre keys backup`,
    );
    tellFingerprint(context, fingerprintOf(engine, engine.signingKeyOf(store.identity)));
  } finally {
    wipeStore(store);
  }
}

async function generateSigner(context: CommandContext, file: string): Promise<void> {
  const engine = await context.engine();
  const seed = generateSigningKey(engine);
  try {
    writePrivateFile(context, file, `${signingKeyLine(seed)}\n`);
    await context.print(`${formatSigningKey(engine.signingKeyOf(seed))}\n`);
    context.say(
      `signing key ${shortKeyId(createSealer(engine, seed).keyId)}: ${file} (mode 0600). Who runs the cluster lists its public line: docs/signatures.md; sign with --sign-with ${file}`,
    );
  } finally {
    wipe(seed);
  }
}
