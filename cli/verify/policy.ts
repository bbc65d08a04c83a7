/** What .lacre.yaml asks of tokens, put together from the files that it names. Public keys only. */
import * as path from "node:path";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { isKeyList, type KeyState, parseKeyList, parsePublicKeys, parseSealers } from "../../src/keys/index.ts";
import { shellWord } from "../../src/model/index.ts";
import { inFile } from "../../src/node/file-error.ts";
import type { KeySets, SealedPolicy } from "../../src/verify/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import type { FoundConfiguration } from "../repository/configuration.ts";
import type { RuleFiles } from "./rule-files.ts";

type ListedKeys = {
  /** See SealedPolicy. */
  readonly sets: KeySets;
  readonly compromised: readonly string[];
  readonly destroyed: readonly string[];
  readonly old: readonly string[];
};

/** Keys that tokens may be sealed for: bare ones together, or each of a signed list that still opens. */
function keysIn(engine: Engine, text: string): ListedKeys {
  if (!isKeyList(text))
    return { sets: [parsePublicKeys(engine, text).map(({ keyId }) => keyId)], compromised: [], destroyed: [], old: [] };
  const { keys } = parseKeyList(engine, text);
  const idsOf = (...states: readonly KeyState[]) =>
    keys.filter(({ state }) => states.includes(state)).map(({ publicKey }) => publicKey.keyId);
  return {
    sets: idsOf("active", "decrypt-only").map((keyId) => [keyId]),
    compromised: idsOf("compromised"),
    destroyed: idsOf("destroyed"),
    old: idsOf("decrypt-only"),
  };
}

/**
 * What the configuration asks of tokens. An environment whose keys are not there yet asks nothing; in a revision that was
 * named, whose rules are to be held, such keys are NOTHING_JUDGED.
 */
export async function policyOf(engine: Engine, { found, from, read }: RuleFiles, root: string): Promise<SealedPolicy> {
  if (found === undefined) return {};
  const { verify, environments } = found.configuration;
  const recipients: [string, readonly KeySets[]][] = [];
  const all: ListedKeys[] = [];
  const named = [...environments.values()].flatMap(({ keys }) => keys);
  const texts = await read(named.map((one) => path.join(found.directory, one)));
  const sourceOf = new Map(named.map((one, at) => [one, texts[at]]));
  for (const { name, keys } of environments.values()) {
    const sources = keys.map((one) => sourceOf.get(one));
    const present = sources.filter((source) => source !== undefined && source.text.trim() !== "");
    if (present.length < keys.length) {
      if (from !== undefined) throw keysMissing(from, name, keys[sources.findIndex((one) => !present.includes(one))]);
      continue;
    }
    const listed = present.map((source) => keysIn(engine, source?.text ?? ""));
    recipients.push([name, listed.map(({ sets }) => sets)]);
    all.push(...listed);
  }
  return {
    ...(verify.scopes.length > 0 && { scopes: verify.scopes }),
    ...(verify.suites.length > 0 && { suites: verify.suites }),
    ...(all.length > 0 && {
      recipients: Object.fromEntries(recipients),
      paths: pathsOf(found, root),
      compromised: all.flatMap(({ compromised }) => compromised),
      destroyed: all.flatMap(({ destroyed }) => destroyed),
      old: all.flatMap(({ old }) => old),
    }),
  };
}

function keysMissing(from: string, name: string, file = "its keys"): LacreError {
  return new LacreError(
    "NOTHING_JUDGED",
    `${from} names ${file} for ${name} and does not hold it: tokens could not be judged`,
    { hint: `bring the keys there first: lacre keys fetch, then commit ${shellWord(file)}` },
  );
}

/** The patterns of each environment that has some, relative to the root. */
function pathsOf({ directory, configuration }: FoundConfiguration, root: string): Record<string, readonly string[]> {
  const below = path.relative(root, directory).split(path.sep).join("/");
  const all = [...configuration.environments.values()].flatMap(({ name, paths }) =>
    paths === undefined ? [] : [[name, paths.map((one) => path.posix.join("/", below, one))] as const],
  );
  return Object.fromEntries(all);
}

/** Whose signatures count: the file that is named, else that of the configuration. Public keys only. */
export async function sealersOf(
  context: CommandContext,
  { found, from, read }: RuleFiles,
  sealers: string | undefined,
): Promise<Pick<SealedPolicy, "signatures">> {
  const configured = found?.configuration.verify.sealers;
  if (sealers === undefined && (found === undefined || configured === undefined)) return {};
  const file = sealers ?? path.relative(context.cwd, path.join(found?.directory ?? "", configured ?? ""));
  const [source] =
    sealers === undefined
      ? await read([path.join(found?.directory ?? "", configured ?? "")])
      : [await readSource(context, file)];
  if (source === undefined) {
    throw new LacreError("INPUT_NOT_FOUND", `${configured}: no such file${from === undefined ? "" : ` in ${from}`}`, {
      hint: "verify.sealers in .lacre.yaml names it; without it nobody's signature counts",
    });
  }
  return inFile(file, () => ({ signatures: parseSealers(source.text) }));
}
