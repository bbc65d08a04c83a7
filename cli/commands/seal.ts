/** `lacre seal`: files, directories and standard input into SealedSecrets. All is sealed before the first byte is written. */
import * as path from "node:path";
import type { Engine } from "../../src/crypto/index.ts";
import { LacreError } from "../../src/errors.ts";
import { detectFormat, INPUT_FORMATS, type InputFormat, PLAIN_FORMATS, type Source } from "../../src/format/index.ts";
import { type EnvDialect, parseName, parseNamespace, parseScope, shellWord } from "../../src/model/index.ts";
import { foreignFileHint, type SealSourceOptions, sealSource } from "../../src/seal/index.ts";
import { type CommandContext, unixSeconds } from "../context.ts";
import { readSource, readSourceIfPresent, resolvePath, STDIN } from "../files/files.ts";
import { expandInputs, type InputFile } from "../files/inputs.ts";
import { NO_CACHE, openSealCache, type SealCache } from "../files/seal-cache.ts";
import { deliver, type SealDone, type SealJob } from "../files/seal-output.ts";
import { chooseTargets } from "../files/seal-targets.ts";
import { loadRecipients, namespaceFor, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";
import { envOwnerOf } from "../repository/env-owner.ts";

/** The options of `lacre seal`. */
export type SealCommandOptions = RecipientOptions &
  SignOptions & {
    readonly scope?: string;
    readonly inPlace?: boolean;
    readonly output?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly type?: string;
    readonly inputFormat?: InputFormat;
    readonly key?: string;
    readonly fromFile?: string;
    readonly cache: boolean;
    readonly asIs?: boolean;
    readonly envDialect?: EnvDialect;
    readonly allowEmptyValue?: boolean;
    readonly json?: boolean;
  };

/** For whom to seal, and what counts as a value: the same for every file. */
type SealMeans = Pick<SealSourceOptions, "recipients" | "sealer" | "unmeant" | "envDialect">;

const PROGRESS_EVERY = 50;
/** Characters. */
const LARGE_INPUT = 1_000_000;

/** Runs the command. */
export async function seal(
  context: CommandContext,
  files: readonly string[],
  options: SealCommandOptions,
): Promise<void> {
  refuseContradictions(options);
  const inputs = await expandInputs(context, files);
  const targetOf = chooseTargets(context, files, inputs, options);
  const engine = await context.engine();
  const named = await loadRecipients(context, options);
  const namespace = namespaceFor(named, options.namespace);
  const placed = { ...options, ...(namespace !== undefined && { namespace }) };
  const sealer = await loadSealer(context, options);
  // What goes to standard output is not compared with anything later.
  const isKept = options.inPlace === true || options.output !== undefined;
  const cache = options.cache && isKept ? openSealCache(context, engine) : NO_CACHE;

  const means: SealMeans = {
    recipients: named.keys,
    ...sealer,
    unmeant: options.asIs === true ? "sealed" : "refused",
  };
  const done: SealDone[] = [];
  for (const input of inputs) {
    const source = await readSource(context, input.shown);
    if (source.text.length > LARGE_INPUT || done.length === PROGRESS_EVERY) keepYoungGenerationSmall();
    const job = { input, source, format: formatOf(input, source, options), target: targetOf(input) };
    done.push(sealJob(context, engine, job, { ...means, ...dialectFor(context, job, options) }, cache, placed));
    if (done.length % PROGRESS_EVERY === 0) context.progress(`sealing: ${done.length} of ${inputs.length} files`);
  }
  if (done.length >= PROGRESS_EVERY) context.progress("");
  tellRecipients(context, named, options);
  await deliver(context, done, options);
  cache.save();
}

/** Whose a .env file is: as was said, or as its repository proves, which is told. */
function dialectFor(
  context: CommandContext,
  { input, format }: SealJob,
  { envDialect }: SealCommandOptions,
): Pick<SealSourceOptions, "envDialect"> {
  if (envDialect !== undefined) return { envDialect };
  if (format !== "dotenv" || input.shown === STDIN) return {};
  const owner = envOwnerOf(resolvePath(context, input.shown));
  if (owner === undefined) return {};
  const by = path.relative(context.cwd, owner.by);
  context.say(`note: ${input.shown} is read as ${owner.dialect} reads it, for ${by} names it`);
  return { envDialect: owner.dialect };
}

/** Nearly all that sealing makes dies young, and V8 would let 200 MB of it lie around before it looks. */
function keepYoungGenerationSmall(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}

function refuseContradictions(options: SealCommandOptions): void {
  if (options.key !== undefined || options.fromFile !== undefined || options.allowEmptyValue !== undefined) {
    throw new LacreError("USAGE", "--key and --from-file go with --raw, and so does --allow-empty-value", {
      hint: "to change one value of a file: lacre set FILE KEY",
    });
  }
  if (options.json === true && options.inPlace !== true && options.output === undefined) {
    throw new LacreError("USAGE", "--json needs --output or --in-place", {
      hint: "standard output carries the manifests",
    });
  }
  if (options.namespace !== undefined) parseNamespace(options.namespace);
  if (options.name !== undefined) parseName(options.name);
}

function formatOf(input: InputFile, source: Source, options: SealCommandOptions): InputFormat {
  const format = options.inputFormat ?? detectFormat(input.shown, source.text);
  if (format !== undefined) return format;
  const nouns = INPUT_FORMATS.map((one) => PLAIN_FORMATS[one].noun);
  throw new LacreError("NOT_A_SECRET", `${source.path} is neither ${nouns.join(" nor ")}`, {
    hint: `if it is, say which: ${INPUT_FORMATS.map((one) => `--input-format ${one}`).join(" or ")}`,
  });
}

function sealJob(
  context: CommandContext,
  engine: Engine,
  job: SealJob,
  means: SealMeans,
  cache: SealCache,
  options: SealCommandOptions,
): SealDone {
  const { input, source, format, target } = job;
  const { holds, noun } = PLAIN_FORMATS[format];
  if (holds === "values" && options.inPlace === true) {
    throw new LacreError("USAGE", `${input.shown}: ${noun} cannot become a manifest in its own place`, {
      hint: `lacre seal ${shellWord(input.shown)} --output FILE.yaml`,
    });
  }
  const existing = target === undefined || options.inPlace === true ? undefined : readSourceIfPresent(context, target);
  const result = sealSource(engine, source, {
    ...means,
    scope: parseScope(options.scope ?? "strict"),
    sealedAt: unixSeconds(context),
    format,
    ...(options.namespace !== undefined && { namespace: options.namespace }),
    ...(options.name !== undefined && { name: options.name }),
    ...(options.type !== undefined && { type: options.type }),
    ...(existing !== undefined && { existing }),
    holds: cache.holds,
    remember: cache.remember,
  });
  if (input.isNamed && result.secrets === 0 && result.alreadySealed === 0) throw noSecret(source);
  const before = options.inPlace === true ? source.text : existing?.text;
  // Files of a tree that hold no Secret are not ours to write.
  const isOurs = result.secrets > 0 || (input.isNamed && target !== undefined);
  return { job, result, changed: isOurs && before !== result.text };
}

function noSecret(source: Source): LacreError {
  return new LacreError("NOT_A_SECRET", `${source.path} holds no Secret`, {
    hint: foreignFileHint(source.text) ?? "a Secret has apiVersion: v1 and kind: Secret",
  });
}
