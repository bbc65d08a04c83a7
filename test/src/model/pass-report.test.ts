/** The report of a pass: what one program prints is what the other reads, and nothing else is. */
import { describe, expect, it } from "vitest";
import { formatPassReport, type PassReport, parsePassReport, REASONS } from "../../../src/model/pass-report.ts";

const REPORT: PassReport = {
  revision: "4711",
  written: ["shop/db"],
  removed: ["shop/old"],
  unchanged: 3,
  problems: REASONS.map((reason) => ({ subject: "shop/db", reason, message: "its key is unknown" })),
  status: 1,
};

/** A report with something else in it. */
const changed = (change: object): string => JSON.stringify({ ...REPORT, ...change });
const problem = (change: object): string => changed({ problems: [{ ...REPORT.problems[0], ...change }] });

describe("the report of a pass", () => {
  it("is read as it was printed, with every reason", () => {
    expect(parsePassReport(formatPassReport(REPORT))).toEqual(REPORT);
  });

  it("is one line, in the order that docs/controller.md shows, and holds nothing that moves a cursor", () => {
    const message = "a\nb\u001b[2J\u202e";
    const text = formatPassReport({ ...REPORT, problems: [{ subject: "s", reason: "NotOwned", message }] });
    expect(text.match(/\n/g)).toHaveLength(1);
    for (const hidden of ["\u001b", "\u202e"]) expect(text).not.toContain(hidden);
    expect(Object.keys(JSON.parse(text)).join(" ")).toBe("revision written removed unchanged problems status");
    expect(parsePassReport(text)?.problems[0]?.message).toBe(message);
  });

  it("prints of a problem what it is made of, and nothing that came along with it", () => {
    const more = {
      ...REPORT,
      problems: [{ subject: "s", reason: "NotOwned", message: "m", value: "hunter2" }],
    } as const;
    expect(formatPassReport(more)).not.toContain("hunter2");
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", `[${formatPassReport(REPORT)}]`],
    ["two reports", formatPassReport(REPORT).repeat(2)],
    ["a field less", changed({ status: undefined })],
    ["a field more", changed({ version: 2 })],
    ["a field of every object in place of its own", changed({ status: undefined, toString: 1 })],
    ["a revision that is a number", changed({ revision: 4711 })],
    ["a name that is none", changed({ written: ["shop/db", null] })],
    ["names that are no list", changed({ removed: "shop/db" })],
    ["a count below zero", changed({ unchanged: -1 })],
    ["half a count", changed({ unchanged: 0.5 })],
    ["a status that no process ends with", changed({ status: 256 })],
    ["a reason that is not known", problem({ reason: "Whatever" })],
    ["a reason that every object has", problem({ reason: "toString" })],
    ["a problem with a field more", problem({ hint: "" })],
    ["a problem without its message", problem({ message: undefined })],
  ])("%s is none", (_what, text) => {
    expect(parsePassReport(text)).toBeUndefined();
  });
});
