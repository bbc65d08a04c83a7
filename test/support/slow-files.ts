/** Says at the end of a run which files took longest: who makes one of them slower sees it there. */
import type { Reporter } from "vitest/node";

const SHOWN = 8;

/** For `reporters` of vitest.config.ts. */
export const slowFiles: Reporter = {
  onTestRunEnd: (modules) => {
    const took = modules.map((one) => [one.diagnostic().duration, one.relativeModuleId] as const);
    const slowest = took.sort(([one], [other]) => other - one).slice(0, SHOWN);
    console.log("   slowest files");
    for (const [durationMs, file] of slowest)
      console.log(`   ${(durationMs / 1000).toFixed(1).padStart(6)} s  ${file}`);
  },
};
