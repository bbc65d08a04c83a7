// Preloaded into a measured process: leaves its peak memory (KiB) and processor time (ms) in the file that BENCH_USAGE names.
process.on("exit", () => {
  const { writeFileSync } = require("node:fs");
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { peakKiB: maxRSS, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  if (process.env.BENCH_USAGE) writeFileSync(process.env.BENCH_USAGE, JSON.stringify(usage));
});
