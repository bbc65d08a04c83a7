/** The table of what can be sealed: which file is of which format, and what the rows promise. */
import { describe, expect, it } from "vitest";
import {
  detectFormat,
  INPUT_FORMATS,
  type InputFormat,
  isManifestPath,
  PLAIN_FORMATS,
} from "../../../../src/format/plain/formats.ts";

const DETECTED: readonly (readonly [string, string, InputFormat | undefined])[] = [
  ["db.yaml", "", "manifests"],
  ["DB.YML", "A=1", "manifests"],
  ["list.json", "", "manifests"],
  [".env", "kind: Secret", "dotenv"],
  ["deploy/.env.production", "", "dotenv"],
  ["prod.env", "", "dotenv"],
  ["environment", "", undefined],
  ["-", "apiVersion: v1\n", "manifests"],
  ["-", "\n# a comment\n---\n", "manifests"],
  ["-", '  {"kind": "Secret"}', "manifests"],
  ["-", "TOKEN=a\n", "dotenv"],
  ["-", "# a comment\nexport TOKEN = a\n", "dotenv"],
  ["-", "a secret\n", undefined],
  ["-", "", undefined],
  ["-", "# nothing but a comment\n", undefined],
  ["envfile.txt", "TOKEN: a", "manifests"],
];

describe("the format of a file", () => {
  it.each(DETECTED)("%j that begins with %j is taken for %s", (path, text, format) => {
    expect(detectFormat(path, text)).toBe(format);
  });

  it.each([
    ["a.yaml", true],
    ["a.yml", true],
    ["a.JSON", true],
    ["a.yaml.bak", false],
    [".env", false],
    ["yaml", false],
  ])("a walk through a directory takes %s: %s", (path, isTaken) => {
    expect(isManifestPath(path)).toBe(isTaken);
  });
});

describe("the table of formats", () => {
  it("says of every format what the command line says about it", () => {
    for (const format of INPUT_FORMATS) {
      const { noun, files } = PLAIN_FORMATS[format];
      expect([format, noun.length > 0, files.length > 0]).toEqual([format, true, true]);
    }
  });

  it("has one format whose documents name themselves; all others need a name", () => {
    expect(INPUT_FORMATS.filter((format) => PLAIN_FORMATS[format].holds === "objects")).toEqual(["manifests"]);
  });
});
