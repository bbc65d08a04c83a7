/** What was sealed, written to its places or printed, and told. */
import { type InputFormat, type Source, withBom } from "../../src/format/index.ts";
import { printableJson } from "../../src/model/index.ts";
import { type PendingFile, writeAllAtomic } from "../../src/node/write.ts";
import type { SealedSource } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { counted } from "../counted.ts";
import { resolvePath } from "./files.ts";
import type { InputFile } from "./inputs.ts";

/** One input to seal. target: where the result goes, as shown to the user; undefined for standard output. */
export type SealJob = {
  readonly input: InputFile;
  readonly source: Source;
  readonly format: InputFormat;
  readonly target: string | undefined;
};

/** What became of it. changed: its place does not hold the result yet. */
export type SealDone = { readonly job: SealJob; readonly result: SealedSource; readonly changed: boolean };

/** Writes all files or none, prints the rest, and says what was done: as JSON, or in a line for people. */
export async function deliver(
  context: CommandContext,
  done: readonly SealDone[],
  options: { readonly json?: boolean },
): Promise<void> {
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
function tellOfComments(context: CommandContext, done: readonly SealDone[]): void {
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

function report({ job, result, changed }: SealDone) {
  const { secrets, values, kept } = result;
  return { path: job.target ?? null, status: changed ? "sealed" : "unchanged", secrets, values, kept };
}

function summarise(context: CommandContext, done: readonly SealDone[]): void {
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
