/** Whom to seal for: the keys named on the command line, or those of an environment of .lacre.yaml. */
import type { Engine, PublicKey } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import type { KeyState, ListedKey } from "../../src/keys/index.ts";
import { defaultEnvironmentOf, type KeyId, printableName, shortKeyId } from "../../src/model/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { findConfiguration } from "../repository/configuration.ts";
import type { OwnKeys } from "./own-keys.ts";
import { type NamedRecipient, readNamed, readPlace } from "./recipient-files.ts";

/** Options of every command that seals. */
export type RecipientOptions = { readonly recipient?: readonly string[]; readonly env?: string };

/** How far they must be trusted. own: key stores that the user holds. */
export type RecipientTrust = {
  readonly own?: readonly OwnKeys[];
  /** refuse: nothing is asked. none: nothing will be sealed for them. */
  readonly unpinned?: "ask" | "refuse" | "none";
};

/** The variable that names a recipient where no option and no configuration does. */
const RECIPIENT_VARIABLE = "LACRE_RECIPIENT";
const PUBLIC_LINE = "lacre-public-";
const OPENING: readonly KeyState[] = ["active", "decrypt-only"];
const BARE_KEY =
  "note: a bare public key: nobody vouches for whose it is, and lacre does not learn when it is replaced or known to others; a signed list tells both: lacre keys fetch";

/** Keys to seal for. */
export type NamedKeys = {
  readonly keys: readonly PublicKey[];
  /** All keys of the lists that they come from. */
  readonly listed: readonly KeyId[];
  /** Of those the ones that still open: what an up-to-date token may be sealed for. */
  readonly usable: readonly KeyId[];
  /** True when one was named as a bare public key, without a list that vouches for it. */
  readonly isBare: boolean;
  /** True when one is what an environment says, and not the user's own word. */
  readonly isOfRepository: boolean;
  /** The namespace that the environment is for, where it says so. */
  readonly namespace?: string;
  /** In words, for people: which environment or file, and the short ids of its keys. */
  readonly whom: readonly string[];
  /** Those that are due to be replaced. RFC 3339, in seconds and UTC. */
  readonly ended: readonly { readonly keyId: KeyId; readonly notAfter: string }[];
};

/** Whose word it is that these are the keys: the user's own, or that of a repository. */
type Word = "user" | "repository";

function toNamedKeys(context: CommandContext, named: readonly NamedRecipient[], whom: string, word: Word): NamedKeys {
  const keys = named.flatMap((one) => one.keys);
  const listed = named.flatMap(({ list, keys: own }) => list?.keys.map(({ publicKey }) => publicKey) ?? own);
  const now = new Date(context.nowMs()).toISOString();
  const isEnded = ({ notAfter, publicKey }: ListedKey) =>
    notAfter < now && keys.some(({ keyId }) => keyId === publicKey.keyId);
  return {
    keys,
    listed: listed.map(({ keyId }) => keyId),
    usable: named.flatMap(({ list, keys: own }) =>
      list === undefined
        ? own.map(({ keyId }) => keyId)
        : list.keys.filter(({ state }) => OPENING.includes(state)).map(({ publicKey }) => publicKey.keyId),
    ),
    isBare: named.some(({ list }) => list === undefined),
    isOfRepository: word === "repository",
    whom: [whom],
    ended: named.flatMap(({ list }) =>
      (list?.keys ?? []).filter(isEnded).map(({ publicKey: { keyId }, notAfter }) => ({ keyId, notAfter })),
    ),
  };
}

function idsOf(keys: readonly PublicKey[]): string {
  return keys.map(({ keyId }) => shortKeyId(keyId)).join(", ");
}

/** A key on the command line is the user's own word; so is a file that no environment names and no pin remembers. */
async function readRecipient(
  context: CommandContext,
  engine: Engine,
  recipient: string,
  { own = [], unpinned = "ask" }: RecipientTrust,
): Promise<NamedKeys> {
  if (recipient.startsWith("lacre-private-")) {
    throw new LacreError("KEY_IS_PRIVATE", "a private key was given on the command line, where others can see it", {
      hint: "treat it as known to others and replace it; sealing needs only the public key",
    });
  }
  const isLine = recipient.startsWith(PUBLIC_LINE);
  const named = readNamed(
    engine,
    isLine ? "the key" : recipient,
    isLine ? recipient : (await readSource(context, recipient)).text,
  );
  const ids = idsOf(named.keys);
  const { trustFile, trustPlace, refuseUndemanded, foundOf } = await import("./recipient-pins.ts");
  if (isLine) {
    const found = foundOf(engine, [named], own);
    const isDemanded =
      unpinned !== "none" && refuseUndemanded(context, { name: "the key", environment: undefined, found });
    return toNamedKeys(context, [named], isDemanded ? ids : `${ids}, not pinned`, "user");
  }
  const { isInRepository, placesNaming } = await import("./pin-places.ts");
  const places = placesNaming(context, recipient);
  const [place] = places;
  const whom = `${printableName(places.map(({ name }) => name).join(" or ") || recipient)} (${ids})`;
  if (unpinned === "none") return toNamedKeys(context, [named], whom, place === undefined ? "user" : "repository");
  if (await trustFile(context, engine, named, own, places)) return toNamedKeys(context, [named], whom, "repository");
  // What lies in a repository is not the user's own doing, where a store tells whom they are.
  if (place === undefined)
    return toNamedKeys(
      context,
      [named],
      `${ids}, not pinned`,
      isInRepository(context, recipient) ? "repository" : "user",
    );
  const all = readPlace(context, engine, place);
  await trustPlace(context, engine, place, all, { own, isAsking: unpinned === "ask", isByDefault: false });
  return toNamedKeys(context, [named], whom, "repository");
}

/**
 * Says in one line for whom something was sealed, and what is to be known of those keys: after the work, so that an error stays
 * the one thing that is said. Of bare keys in .lacre.yaml `lacre doctor` speaks.
 */
export function tellRecipients(context: CommandContext, named: NamedKeys, { recipient }: RecipientOptions): void {
  context.say(`sealing for ${named.whom.join(" and ")}`);
  for (const { keyId, notAfter } of named.ended) {
    context.say(
      `warning: ${shortKeyId(keyId)} was due to be replaced on ${notAfter.slice(0, 10)}: lacre keys fetch; if its cluster has none newer: lacre keys rotate`,
    );
  }
  if (named.isBare && (recipient !== undefined || context.env[RECIPIENT_VARIABLE])) context.say(BARE_KEY);
}

/**
 * The public keys to seal for, at least one; NO_PUBLIC_KEY with the way to get one, PIN_MISSING or PIN_MISMATCH for those that the
 * user has not agreed to.
 */
export async function loadRecipients(
  context: CommandContext,
  options: RecipientOptions,
  trust: RecipientTrust = {},
): Promise<NamedKeys> {
  const engine = await context.engine();
  const named = options.recipient ?? [];
  if (named.length > 0) {
    const all: NamedKeys[] = [];
    // One after the other: each may ask.
    for (const one of named) all.push(await readRecipient(context, engine, one, trust));
    return joined(all);
  }
  const variable = context.env[RECIPIENT_VARIABLE];
  if (variable && options.env === undefined) return readRecipient(context, engine, variable, trust);
  return readEnvironmentKeys(context, engine, options.env, trust);
}

function joined(all: readonly NamedKeys[]): NamedKeys {
  return {
    keys: all.flatMap(({ keys }) => keys),
    listed: all.flatMap(({ listed }) => listed),
    usable: all.flatMap(({ usable }) => usable),
    isBare: all.some(({ isBare }) => isBare),
    isOfRepository: all.some(({ isOfRepository }) => isOfRepository),
    whom: all.flatMap(({ whom }) => whom),
    ended: all.flatMap(({ ended }) => ended),
  };
}

async function readEnvironmentKeys(
  context: CommandContext,
  engine: Engine,
  wanted: string | undefined,
  { own = [], unpinned = "ask" }: RecipientTrust,
): Promise<NamedKeys> {
  const found = findConfiguration(context);
  const name = wanted ?? (found && defaultEnvironmentOf(found.configuration));
  if (found === undefined || name === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", "no public key to seal with", {
      hint: "name one with --recipient FILE, or set up this repository: lacre init",
    });
  }
  const environment = found.configuration.environments.get(name);
  if (environment === undefined) {
    throw new LacreError("NO_PUBLIC_KEY", `.lacre.yaml has no environment ${JSON.stringify(name)}`, {
      hint: `it has: ${[...found.configuration.environments.keys()].join(", ") || "none"}`,
    });
  }
  const { placeOfEnvironment } = await import("./pin-places.ts");
  const place = placeOfEnvironment(context, found, environment);
  const named = readPlace(context, engine, place);
  if (unpinned !== "none") {
    const { trustPlace } = await import("./recipient-pins.ts");
    await trustPlace(context, engine, place, named, {
      own,
      isAsking: unpinned === "ask",
      isByDefault: wanted === undefined,
    });
  }
  const keys = named.flatMap((one) => one.keys);
  const { namespace } = environment;
  return {
    ...toNamedKeys(context, named, `${printableName(name)} (${idsOf(keys)})`, "repository"),
    ...(namespace !== undefined && { namespace }),
  };
}

/** The namespace to seal in: the one that is named, else the environment's; USAGE where they differ. */
export function namespaceFor({ namespace, whom }: NamedKeys, named: string | undefined): string | undefined {
  if (namespace === undefined || named === undefined || named === namespace) return named ?? namespace;
  throw new LacreError("USAGE", `${whom[0]} is for namespace ${namespace}, and not for ${named}`, {
    hint: "choose its environment: --env NAME; or change environments.NAME.namespace in .lacre.yaml",
  });
}
