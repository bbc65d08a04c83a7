/**
 * Starting anew in the same process: what it had in memory goes back to the system. Strings cannot be overwritten, so
 * nothing less takes a destroyed key out of it. docs/adr/0057.
 */
import { startAgain } from "../src/node/program.ts";

/** Once the process ends, unless it was told to: the same program, with the same arguments, in its place. */
export function startAnewAtExit(isTold: () => boolean): void {
  // The last to listen: locks are released before.
  process.once("exit", () => {
    if (isTold()) return;
    const { command, args } = startAgain("controller");
    // Where there is no such call, as on Windows, whoever keeps us running starts us again.
    process.execve?.(command, [command, ...args], process.env);
  });
}
