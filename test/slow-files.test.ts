/** What `npm test` says of its slow files. */
import { describe, expect, it } from "vitest";
import { slowFiles } from "./support/slow-files.ts";

const file = (name: string, seconds: number) => ({ project: "unit", file: name, seconds });

describe("the end of a test run", () => {
  it("names the files of over ten seconds, the slowest first, with their share of all", () => {
    const lines = slowFiles([file("quick", 9), file("slow", 31), file("slowest", 60)]);
    expect(lines.map((line) => line.trim())).toEqual([
      "Files of over 10 s, and their share of the 100 s of all 3:",
      "60 s  60 %  unit  slowest",
      "31 s  31 %  unit  slow",
      "91 s  91 %  together",
    ]);
  });

  it("says nothing where all are quick, or none ran", () => {
    expect(slowFiles([file("quick", 10)])).toEqual([]);
    expect(slowFiles([])).toEqual([]);
  });
});
