/** The table that a benchmark prints. */
import * as os from "node:os";

const rows: string[] = [];

/** Adds a row, and shows it at once on standard error. */
export function row(what: string, ours: string, other: string, result: string, goal: string): void {
  rows.push(`| ${what} | ${ours} | ${other} | ${result} | ${goal} |`);
  console.error(rows.at(-1));
}

/** Milliseconds as text. */
export const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;

/** A ratio as text. */
export const ratio = (value: number): string => value.toFixed(2);

/** Prints all rows with the day and the size of the machine. */
export function printTable(): void {
  const cpu = os.cpus()[0]?.model.trim() ?? "unknown processor";
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const date = new Date().toISOString().slice(0, 10);
  console.log(
    `Measured on ${date}, ${os.cpus().length} cores (${cpu}), ${memory} GiB, Node ${process.versions.node}. Medians.\n`,
  );
  console.log("| what | lacre | other side | result | goal |\n|---|---|---|---|---|");
  console.log(rows.join("\n"));
}
