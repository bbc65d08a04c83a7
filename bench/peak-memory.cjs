// Preloaded into a measured process: leaves its peak memory (KiB) in the file that BENCH_PEAK names.
process.on("exit", () => {
  const { writeFileSync } = require("node:fs");
  if (process.env.BENCH_PEAK) writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS));
});
