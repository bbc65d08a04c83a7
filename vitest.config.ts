import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { SlowFilesReporter } from "./test/support/slow-files.ts";

const project = (name: string, ...include: string[]) => ({
  test: { name, include, testTimeout: 60_000, hookTimeout: 120_000 },
});

export default defineConfig({
  test: {
    // By itself vitest leaves a processor to itself, which is half of a machine with two.
    maxWorkers: availableParallelism(),
    reporters: ["default", new SlowFilesReporter()],
    projects: [
      {
        test: {
          ...project("unit", "test/*.test.ts", "test/src/**/*.test.ts").test,
          // What these tests are about keeps no state: importing it anew for each file took a tenth of the time.
          isolate: false,
        },
      },
      project("cli", "test/cli/**/*.test.ts", "test/upgrade/**/*.test.ts"),
      project("controller", "test/controller/**/*.test.ts"),
      project("e2e", "test/e2e/**/*.test.ts"),
      {
        test: {
          ...project("kubernetes", "test/kubernetes/**/*.test.ts").test,
          // The first start may build the control plane.
          globalSetup: "test/support/kubernetes-setup.ts",
          testTimeout: 120_000,
        },
      },
    ],
  },
});
