/** `lacre doctor`: is this machine fit, and is this repository set up? */

import * as path from "node:path";
import { LacreError } from "../../src/errors.ts";
import { printableJson, printableName, printableTalk } from "../../src/model/index.ts";
import { MANAGED_BY, MANAGER } from "../../src/model/kubernetes.ts";
import { type ClusterOptions, openCluster } from "../cluster/cluster.ts";
import { ownedAdoptions } from "../cluster/owned-adoptions.ts";
import type { CommandContext } from "../context.ts";
import { withMemoryDirectory } from "../files/memory-files.ts";
import { gitAt, repositoryHere, runGit } from "../git/git.ts";
import { loadPrivateKeys } from "../keys/private-keys.ts";
import { loadRecipients } from "../keys/public-keys.ts";
import { findConfiguration } from "../repository/configuration.ts";
import { programWords } from "../repository/own-program.ts";
import { notSetUp, notThere } from "../repository/part.ts";
import { setupParts } from "../repository/setup.ts";

/** How a check came out. Advice is not a failure. */
type Verdict = "ok" | "advice" | "failed";
type Check = { readonly name: string; readonly verdict: Verdict; readonly says: string };

/** What is asked for. live: also look at the cluster, in one namespace or in all. */
export type DoctorOptions = ClusterOptions & {
  readonly json?: boolean;
  readonly live?: boolean;
  readonly namespace?: string;
};

/** Prints every check; fails with CHECK_FAILED when one failed. */
export async function doctor(context: CommandContext, options: DoctorOptions): Promise<void> {
  const checks = [
    await check("engine", () => checkEngine(context)),
    await check("git", () => Promise.resolve(runGit(gitAt(context, context.cwd), ["--version"]).stdout.trim())),
    await check(
      "files in memory",
      () => withMemoryDirectory(context, (directory) => Promise.resolve(path.dirname(directory))),
      "advice",
    ),
    await check("configuration", () => Promise.resolve(checkConfiguration(context))),
    await check("public keys", () => checkPublicKeys(context), "advice"),
    await check("private keys", () => checkPrivateKeys(context)),
    await check("repository", () => Promise.resolve(checkRepository(context)), "advice"),
    ...(options.live === true ? [await check("adopted Secrets", () => checkAdopted(context, options), "advice")] : []),
  ];
  if (options.json === true) await context.print(`${printableJson(JSON.stringify(checks, null, 2))}\n`);
  else
    await context.print(
      printableTalk(
        checks.map(({ name, verdict, says }) => `${verdict.padEnd(6)}  ${name}: ${printableName(says)}\n`).join(""),
      ),
    );
  const failed = checks.filter(({ verdict }) => verdict === "failed").map(({ name }) => name);
  if (failed.length > 0)
    throw new LacreError("CHECK_FAILED", `not in order: ${failed.join(", ")}`, {
      hint: "the lines above say what to do",
    });
}

async function check(name: string, probe: () => Promise<string>, whenWrong: Verdict = "failed"): Promise<Check> {
  try {
    return { name, verdict: "ok", says: await probe() };
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    return {
      name,
      verdict: whenWrong,
      says: error.hint === undefined ? error.message : `${error.message} (${error.hint})`,
    };
  }
}

async function checkEngine(context: CommandContext): Promise<string> {
  const engine = await context.engine();
  const node = `Node ${process.versions.node}`;
  return engine.name === "native" ? `${node}, native` : `${node}, portable; Node 24.7 or newer is ten times faster`;
}

function checkConfiguration(context: CommandContext): string {
  const found = findConfiguration(context);
  if (found === undefined) return "no .lacre.yaml; keys are named on the command line";
  const names = [...found.configuration.environments.keys()];
  return `${path.relative(context.cwd, found.directory) || "."}/.lacre.yaml, environments: ${names.join(", ") || "none"}`;
}

async function checkPublicKeys(context: CommandContext): Promise<string> {
  const { keys, isBare } = await loadRecipients(context, {}, { unpinned: "refuse" });
  const found = keys.map(({ keyId, suite }) => `${keyId} (${suite})`).join(", ");
  return isBare ? `${found}; bare: a signed list would say whose it is and when it is replaced (docs/keys.md)` : found;
}

async function checkPrivateKeys(context: CommandContext): Promise<string> {
  if (!context.env["LACRE_KEY_FILE"]) return "none named in LACRE_KEY_FILE; none is needed to seal";
  const keys = await loadPrivateKeys(context, []);
  const ids = keys.map(({ publicKey }) => publicKey.keyId).join(", ");
  for (const key of keys) key.wipe();
  return ids;
}

function checkRepository(context: CommandContext): string {
  const here = repositoryHere(context);
  if (here === undefined) return "not in a Git repository";
  if (here.kind === "bare") return "a repository without a work tree: nothing to set up";
  const { root } = here;
  const missing = notThere(setupParts(gitAt(context, root), programWords(context)));
  if (missing.length === 0) return "drivers and hooks are set up";
  throw notSetUp(missing);
}

/** Secrets that an earlier version took over and owns: they go when their SealedSecret goes. */
async function checkAdopted(context: CommandContext, options: DoctorOptions): Promise<string> {
  const cluster = await openCluster(context, options);
  const owned = ownedAdoptions(await cluster.secretsMetadata(options.namespace, `${MANAGED_BY}=${MANAGER}`));
  if (owned.length === 0) return "none that was there before goes with its SealedSecret";
  throw new LacreError(
    "CHECK_FAILED",
    `taken over by an earlier version, and removed with their SealedSecrets: ${owned.join(", ")}`,
    { hint: "to keep one: set spec.deletionPolicy: Orphan on its SealedSecret before that is removed" },
  );
}
