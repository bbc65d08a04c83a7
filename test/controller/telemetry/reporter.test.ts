/** What the log says of problems: once when they begin, and once when they end. */
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../controller/decide/problem.ts";
import type { Logger } from "../../../controller/telemetry/log.ts";
import { Reporter } from "../../../controller/telemetry/reporter.ts";

const keys = (message: string): Problem => ({ subject: "keys", reason: "KeysUnreadable", message });
const unsafe = keys("prod.key can be read by others");
const linked = keys("prod.key is a symbolic link");

/** What is logged for the problems of some passes, one list a pass. */
function logged(...passes: readonly (readonly Problem[])[]): readonly (readonly string[])[] {
  let lines: string[] = [];
  const log = {
    error: ({ message }: Problem) => lines.push(message),
    info: ({ subject }: Problem, text: string) => lines.push(`${subject}: ${text}`),
  };
  const reporter = new Reporter(log as unknown as Logger);
  const report = { revision: "", sourceRead: false, isNewest: true, objects: 0, writes: [], removed: [], unchanged: 0 };
  return passes.map((problems) => {
    lines = [];
    reporter.report({ ...report, problems });
    return lines;
  });
}

describe("a problem", () => {
  it("that stays is told once, and so is its end", () => {
    expect(logged([unsafe], [unsafe], [], [])).toEqual([[unsafe.message], [], ["keys: problem solved"], []]);
  });

  it("that only has other words now is not solved", () => {
    expect(logged([unsafe], [linked], [])).toEqual([[unsafe.message], [linked.message], ["keys: problem solved"]]);
  });

  it("is solved, though another of its kind stays or comes", () => {
    expect(logged([unsafe, linked], [linked])[1]).toEqual(["keys: problem solved"]);
    const third = keys("prod.key belongs to someone else");
    expect(logged([unsafe, linked], [third])[1]).toEqual([third.message, "keys: problem solved"]);
  });
});
