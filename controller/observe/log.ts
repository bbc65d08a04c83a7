/** The log: one JSON object a line on standard error. Only what is listed in these types can get into it. */
import { type Logger, pino } from "pino";

/** A log of the level given. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: { program: "lacre-controller" },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

export type { Logger };
