/** `lacre inspect`: what sealed files say about themselves, without any key. */
import { LacreError } from "../../src/errors.ts";
import {
  objectName,
  printableJson,
  printableName,
  printableTalk,
  type SealedSecret,
  shortKeyId,
} from "../../src/model/index.ts";
import { type EntryReport, inspectSealed } from "../../src/seal/index.ts";
import type { CommandContext } from "../context.ts";
import { readSource } from "../files/files.ts";
import { expandInputs } from "../files/inputs.ts";
import { sealedObjects } from "../files/sealed-file.ts";

const DAY_MS = 86_400_000;

/** Runs the command. */
export async function inspect(
  context: CommandContext,
  files: readonly string[],
  options: { readonly json?: boolean },
): Promise<void> {
  const engine = await context.engine();
  const found: { file: string; sealed: SealedSecret; entries: readonly EntryReport[] }[] = [];
  for (const { shown, isNamed } of await expandInputs(context, files)) {
    const source = await readSource(context, shown);
    const objects = sealedObjects(source);
    if (objects.length === 0 && isNamed) {
      throw new LacreError("NOT_SEALED", `${source.path} holds no SealedSecret`, {
        hint: "to seal a Secret: lacre seal",
      });
    }
    for (const { sealed } of objects) found.push({ file: source.path, sealed, entries: inspectSealed(engine, sealed) });
  }
  if (options.json === true) {
    const report = found.map(({ file, sealed, entries }) => ({
      file,
      namespace: sealed.namespace,
      name: sealed.name,
      entries,
    }));
    await context.print(`${printableJson(JSON.stringify(report, null, 2))}\n`);
    return;
  }
  const nowMs = context.nowMs();
  await context.print(
    printableTalk(found.map(({ file, sealed, entries }) => describe(file, sealed, entries, nowMs)).join("\n")),
  );
}

function describe(file: string, sealed: SealedSecret, entries: readonly EntryReport[], nowMs: number): string {
  const rows = entries.map((entry) => row(entry, nowMs).map(printableName));
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  );
  return `${printableName(`${objectName(sealed)} (${sealed.shape.type}) in ${file}`)}\n${lines.join("\n")}\n`;
}

function row(entry: EntryReport, nowMs: number): readonly string[] {
  const what = entry.environment === undefined ? entry.key : `${entry.key} (${entry.environment})`;
  if (!entry.wellFormed) return [what, "MALFORMED: not a token"];
  const keys = `key ${entry.keyIds.map(shortKeyId).join(", ")}`;
  const verdict = entry.belongs ? "" : "WRONG PLACE: sealed for elsewhere";
  return [
    what,
    `${entry.scope}, ${entry.suite}`,
    age(entry.sealedAt, nowMs),
    keys,
    entry.sealer === undefined ? "" : `signed by ${shortKeyId(entry.sealer)}`,
    verdict,
  ];
}

function age(sealedAt: Date | undefined, nowMs: number): string {
  if (sealedAt === undefined) return "sealed at an impossible time";
  const days = Math.floor((nowMs - sealedAt.getTime()) / DAY_MS);
  const ago = days < 0 ? "in the future" : days === 0 ? "today" : `${days} day${days === 1 ? "" : "s"} ago`;
  return `sealed ${sealedAt.toISOString().slice(0, 10)} (${ago})`;
}
