/** `lacre seal`: files, directories and standard input into SealedSecrets. All is sealed before the first byte is written. */
import * as path from "node:path";
import {
  detectFormat,
  type Engine,
  INPUT_FORMATS,
  type InputFormat,
  LacreError,
  PLAIN_FORMATS,
  type PublicKey,
  parseName,
  parseNamespace,
  parseScope,
  printableJson,
  type SealedSource,
  type Sealer,
  type Source,
  sealSource,
  shellWord,
  withBom,
} from "../../src/index.ts";
import { type PendingFile, writeAllAtomic } from "../../src/node/write.ts";
import { type CommandContext, unixSeconds } from "../context.ts";
import { counted } from "../counted.ts";
import { isDirectory, readSource, readSourceIfPresent, resolvePath, STDIN } from "../files/files.ts";
import { expandInputs, type InputFile } from "../files/inputs.ts";
import { NO_CACHE, openSealCache, type SealCache } from "../files/seal-cache.ts";
import { loadRecipients, namespaceFor, type RecipientOptions, tellRecipients } from "../keys/public-keys.ts";
import { loadSealer, type SignOptions } from "../keys/signing-keys.ts";
import { sealRaw } from "./seal-raw.ts";

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
    readonly raw?: boolean;
    readonly key?: string;
    readonly fromFile?: string;
    readonly cache: boolean;
    readonly json?: boolean;
  };

type Job = {
  readonly input: InputFile;
  readonly source: Source;
  readonly format: InputFormat;
  readonly target: string | undefined;
};
type Done = { readonly job: Job; readonly result: SealedSource; readonly changed: boolean };

const PROGRESS_EVERY = 50;
/** Characters. */
const LARGE_INPUT = 1_000_000;

/** Runs the command. */
export async function seal(
  context: CommandContext,
  files: readonly string[],
  options: SealCommandOptions,
): Promise<void> {
  if (options.raw === true) return sealRaw(context, files, options);
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

  const done: Done[] = [];
  for (const input of inputs) {
    const source = await readSource(context, input.shown);
    if (source.text.length > LARGE_INPUT || done.length === PROGRESS_EVERY) keepYoungGenerationSmall();
    const job = { input, source, format: formatOf(input, source, options), target: targetOf(input) };
    done.push(sealJob(context, engine, job, { recipients: named.keys, ...sealer }, cache, placed));
    if (done.length % PROGRESS_EVERY === 0) context.progress(`sealing: ${done.length} of ${inputs.length} files`);
  }
  if (done.length >= PROGRESS_EVERY) context.progress("");
  tellRecipients(context, named, options);
  await deliver(context, done, options);
  cache.save();
}

/** Nearly all that sealing makes dies young, and V8 would let 200 MB of it lie around before it looks. */
function keepYoungGenerationSmall(): void {
  process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1");
}

function refuseContradictions(options: SealCommandOptions): void {
  if (options.inPlace === true && options.output !== undefined) {
    throw new LacreError("USAGE", "--in-place and --output contradict each other", { hint: "use one of the two" });
  }
  if (options.key !== undefined || options.fromFile !== undefined) {
    throw new LacreError("USAGE", "--key and --from-file go with --raw", {
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

/** Where each input's result goes: a path as shown to the user, or undefined for standard output. */
function chooseTargets(
  context: CommandContext,
  named: readonly string[],
  inputs: readonly InputFile[],
  { inPlace, output }: SealCommandOptions,
): (input: InputFile) => string | undefined {
  if (inPlace === true) {
    if (inputs.some(({ shown }) => shown === STDIN)) {
      throw new LacreError("USAGE", "standard input has no place", { hint: "name the file, or leave --in-place out" });
    }
    return ({ shown }) => shown;
  }
  const isTree = named.some((one) => one !== STDIN && isDirectory(context, one));
  if (output === undefined) {
    if (isTree) throw new LacreError("USAGE", "a directory is sealed with --in-place or --output DIRECTORY");
    return () => undefined;
  }
  const isIntoDirectory = isTree || inputs.length > 1 || output.endsWith("/") || isDirectory(context, output);
  if (!isIntoDirectory) return () => output;
  return ({ relative }) => path.join(output, outputName(relative));
}

function outputName(relative: string): string {
  if (relative === STDIN) return "sealed.yaml";
  return /\.(?:ya?ml|json)$/i.test(relative) ? relative : `${relative.replace(/^\./, "")}.yaml`;
}

function sealJob(
  context: CommandContext,
  engine: Engine,
  job: Job,
  means: { readonly recipients: readonly PublicKey[]; readonly sealer?: Sealer },
  cache: SealCache,
  options: SealCommandOptions,
): Done {
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
  if (input.isNamed && result.secrets === 0 && result.alreadySealed === 0) {
    throw new LacreError("NOT_A_SECRET", `${source.path} holds no Secret`, {
      hint: "a Secret has apiVersion: v1 and kind: Secret",
    });
  }
  const before = options.inPlace === true ? source.text : existing?.text;
  // Files of a tree that hold no Secret are not ours to write.
  const isOurs = result.secrets > 0 || (input.isNamed && target !== undefined);
  return { job, result, changed: isOurs && before !== result.text };
}

async function deliver(context: CommandContext, done: readonly Done[], options: SealCommandOptions): Promise<void> {
  const pending: PendingFile[] = [];
  const printed: string[] = [];
  for (const { job, result, changed } of done) {
    const text = withBom(job.source, result.text);
    if (job.target === undefined) printed.push(text);
    else if (changed) pending.push({ path: resolvePath(context, job.target), content: text });
  }
  await writeAllAtomic(pending, (count) => context.progress(`writing: ${count} of ${pending.length} files`));
  if (pending.length > 1) context.progress("");
  tellOfComments(context, done);
  if (printed.length > 0) await context.print(joinDocuments(printed));
  if (options.json === true)
    await context.print(`${printableJson(JSON.stringify({ files: done.map(report) }, null, 2))}\n`);
  else if (printed.length === 0) summarise(context, done);
}

/** Comments may be the reason why a file was hard to read; nobody should miss them unawares. */
function tellOfComments(context: CommandContext, done: readonly Done[]): void {
  for (const { job, result } of done) {
    if (result.droppedComments === 0) continue;
    context.say(
      `note: ${job.source.path}: left out ${counted(result.droppedComments, "comment line")} that held a value`,
    );
  }
}

function joinDocuments(texts: readonly string[]): string {
  return texts
    .map((text, index) => (index === 0 || text.startsWith("---") ? text : `---\n${text}`))
    .map((text, index) => (index < texts.length - 1 && !text.endsWith("\n") ? `${text}\n` : text))
    .join("");
}

function report({ job, result, changed }: Done) {
  const { secrets, values, kept } = result;
  return { path: job.target ?? null, status: changed ? "sealed" : "unchanged", secrets, values, kept };
}

function summarise(context: CommandContext, done: readonly Done[]): void {
  const total = (pick: (result: SealedSource) => number) => done.reduce((sum, { result }) => sum + pick(result), 0);
  const written = done.filter(({ changed }) => changed);
  if (written.length === 0) {
    context.say("nothing to do: everything is sealed and unchanged");
    return;
  }
  const values = total(({ values: count }) => count);
  const kept = total((result) => result.kept);
  const where = written.length === 1 ? written[0]?.job.target : `${written.length} files`;
  context.say(
    `sealed ${counted(values - kept, "value")} of ${counted(
      total(({ secrets }) => secrets),
      "Secret",
    )} (${kept} unchanged): ${where}`,
  );
}
