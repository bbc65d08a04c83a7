/** The log: one JSON object a line on standard error. Only what is listed in these types can get into it. */

import { type Logger, pino } from "pino";
import { printableJson } from "../../src/model/index.ts";
import { CONTROLLER } from "../../src/model/kubernetes.ts";

/** A log of the level given. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: { program: CONTROLLER },
      timestamp: pino.stdTimeFunctions.isoTime,
      // pino escapes what JSON asks for, and no more: C1, bidirectional and hidden characters would reach a terminal.
      hooks: { streamWrite: printableJson },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

export type { Logger };
