/** Time in CI is a budget: the table in CONTRIBUTING.md has every step of .ci/run, and its sums stay below the limits. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "..");
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), "utf8");

const SUM = "in all";
const LIMITS = { fresh: 60, cached: 35 };

const [, section = ""] = /^## Time in CI$([\s\S]*?)^## /m.exec(read("CONTRIBUTING.md")) ?? [];
const rows = [...section.matchAll(/^\| ([^|]+) \| (\d+\.\d) \| (\d+\.\d) \|$/gm)].map(
  ([, step = "", fresh, cached]) => ({ step, fresh: Number(fresh), cached: Number(cached) }),
);
const steps = rows.filter(({ step }) => step !== SUM);

describe("the budget of CI", () => {
  it("has a row for every step of .ci/run, in its order, and no other", () => {
    const run = [...read(".ci/run").matchAll(/^step "([^"]+)"/gm)].map(([, name]) => name);
    expect(run.length).toBeGreaterThan(10);
    expect(steps.map(({ step }) => step)).toEqual(run);
  });

  it.each(["fresh", "cached"] as const)("adds up, %s, and to no more than it may", (kind) => {
    const minutes = steps.reduce((sum, step) => sum + step[kind], 0);
    expect(rows.find(({ step }) => step === SUM)?.[kind]).toBeCloseTo(minutes, 5);
    expect(minutes).toBeLessThanOrEqual(LIMITS[kind]);
  });

  it("is read off the end of .ci/run, whose last line says what passed", () => {
    expect(read(".ci/run")).toMatch(
      /printf '\\n== seconds of each step[^\n]*\nprintf '\\n%d passed, %d failed\\n'[^\n]*\n\[ "\$failed" -eq 0 \]\n$/,
    );
  });
});
