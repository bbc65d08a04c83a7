/** Whom each environment of a repository is sealed for, remembered outside of it: who writes the repository cannot change it unseen. */
import * as path from "node:path";
import { type Engine, fingerprintOf, LacreError, type PublicKey, type SignedKeyList } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { commonDirectory } from "./git.ts";
import {
  demandedFingerprints,
  type EnvironmentPin,
  fingerprintOfKey,
  PIN_VARIABLE,
  type PinnedRecipient,
  readPins,
  refuseOlder,
  savePins,
  trustKeyList,
} from "./pins.ts";

/** An environment: of which .lacre.yaml (its directory), and its name. */
export type EnvironmentPlace = { readonly directory: string; readonly name: string };

/** What one file of an environment names: the keys as they stand, or a signed list. */
export type NamedRecipient = {
  readonly file: string;
  readonly keys: readonly PublicKey[];
  readonly list?: SignedKeyList;
};

type Found = {
  readonly file: string;
  readonly list: SignedKeyList | undefined;
  readonly recipients: readonly PinnedRecipient[];
};

function recipientsOf(engine: Engine, { keys, list }: NamedRecipient): readonly PinnedRecipient[] {
  if (list === undefined) return keys.map((key) => ({ fingerprint: fingerprintOfKey(engine, key) }));
  return [{ fingerprint: fingerprintOf(engine, list.identity), cluster: list.cluster, serial: list.serial }];
}

function describe({ fingerprint, cluster }: PinnedRecipient): string {
  return cluster === undefined ? `the bare key ${fingerprint}` : `${cluster} (${fingerprint})`;
}

function isSame(a: PinnedRecipient, b: PinnedRecipient): boolean {
  return a.fingerprint === b.fingerprint && a.cluster === b.cluster;
}

/** The clones and work trees of one repository share their pins. */
function repositoryOf(directory: string): string {
  return commonDirectory(directory) ?? path.resolve(directory);
}

/** Whom an environment names now is whom it named before, or PIN_MISMATCH, KEY_LIST_OLD. The first time is remembered. */
export async function trustEnvironment(
  context: CommandContext,
  engine: Engine,
  place: EnvironmentPlace,
  named: readonly NamedRecipient[],
): Promise<void> {
  const found = named.map((one) => ({ file: one.file, list: one.list, recipients: recipientsOf(engine, one) }));
  const demanded = demandedFingerprints(context);
  if (demanded !== undefined) {
    refuseUndemanded(place, demanded, found);
    return;
  }
  const repository = repositoryOf(place.directory);
  const pin = readPins(context).environments[repository]?.[place.name];
  if (pin === undefined) {
    for (const { list } of found) if (list !== undefined) await trustKeyList(context, engine, list);
  } else refuseOthers(place, pin, found);
  const recipients = found.flatMap((one) => one.recipients);
  if (JSON.stringify(pin?.recipients) === JSON.stringify(recipients)) return;
  await savePins(context, (pins) => withEnvironment(pins, repository, place.name, { recipients }));
}

function refuseUndemanded(place: EnvironmentPlace, demanded: readonly string[], found: readonly Found[]): void {
  for (const { file, recipients } of found) {
    const other = recipients.find(({ fingerprint }) => !demanded.includes(fingerprint));
    if (other !== undefined) throw mismatch(place, file, other, `${demanded.join(", ")} (${PIN_VARIABLE})`);
  }
}

function refuseOthers(place: EnvironmentPlace, pin: EnvironmentPin, found: readonly Found[]): void {
  const pinned = pin.recipients.map(describe).join(", ");
  for (const { file, list, recipients } of found) {
    for (const recipient of recipients) {
      const known = pin.recipients.find((one) => isSame(one, recipient));
      if (known === undefined) throw mismatch(place, file, recipient, pinned);
      if (list !== undefined && known.serial !== undefined) refuseOlder(list, known.serial);
    }
  }
  const all = found.flatMap(({ recipients }) => recipients);
  const gone = pin.recipients.find((one) => !all.some((other) => isSame(one, other)));
  if (gone === undefined) return;
  throw new LacreError(
    "PIN_MISMATCH",
    `environment ${place.name} is no longer sealed for ${describe(gone)}; pinned is ${pinned}`,
    {
      hint: `what is sealed now would not open there: ask who runs it; if it is meant: lacre keys pin ${found[0]?.file ?? "FILE"} --fingerprint SHA256:... with what they tell`,
    },
  );
}

function mismatch(place: EnvironmentPlace, file: string, is: PinnedRecipient, pinned: string): LacreError {
  return new LacreError(
    "PIN_MISMATCH",
    `environment ${place.name} would be sealed for ${describe(is)}, and pinned is ${pinned}`,
    {
      hint: `harmless if the cluster was made anew or a recipient was added: ask who runs it for the fingerprint, by another way than this repository; then: lacre keys pin ${file} --fingerprint SHA256:...`,
    },
  );
}

/** Pins one recipient of an environment that the user has compared; the others stay as they were pinned. */
export async function pinRecipient(
  context: CommandContext,
  engine: Engine,
  place: EnvironmentPlace,
  named: readonly NamedRecipient[],
  fingerprint: string,
): Promise<void> {
  const repository = repositoryOf(place.directory);
  const now = named.flatMap((one) => recipientsOf(engine, one));
  await savePins(context, (pins) => {
    const before = pins.environments[repository]?.[place.name]?.recipients ?? [];
    const recipients = now.filter(
      (one) => one.fingerprint === fingerprint || before.some((other) => isSame(one, other)),
    );
    return withEnvironment(pins, repository, place.name, { recipients });
  });
}

function withEnvironment(
  pins: ReturnType<typeof readPins>,
  repository: string,
  name: string,
  pin: EnvironmentPin,
): ReturnType<typeof readPins> {
  const { environments } = pins;
  return { ...pins, environments: { ...environments, [repository]: { ...environments[repository], [name]: pin } } };
}
