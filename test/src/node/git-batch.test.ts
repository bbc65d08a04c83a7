/** The stream of `git cat-file --batch`, cut into pieces at every place. */
import { describe, expect, it } from "vitest";
import { BatchParser } from "../../../src/node/git-batch.ts";

const STREAM = Buffer.from(
  "aa blob 5\nhe\nlo\nbb missing\ncc blob 0\n\ndd tree 3\nxyz\nee blob 9\n123456789\nff blob 1\nf\n",
);

function parse(pieces: readonly Buffer[], limitBytes: number) {
  const parser = new BatchParser(limitBytes);
  const objects = pieces.flatMap((piece) => parser.push(piece));
  return { objects: objects.map(({ oid, bytes }) => [oid, bytes?.toString()]), isAtRest: parser.isAtRest };
}

describe("a batch of objects", () => {
  const whole = {
    objects: [
      ["aa", "he\nlo"],
      ["bb", undefined],
      ["cc", ""],
      ["dd", undefined],
      ["ee", undefined],
      ["ff", "f"],
    ],
    isAtRest: true,
  };

  it("is read whole, wherever it is cut: what is missing, no blob or over the limit has no bytes", () => {
    for (let at = 0; at <= STREAM.length; at++)
      expect(parse([STREAM.subarray(0, at), STREAM.subarray(at)], 5)).toEqual(whole);
  });

  it("is read whole from pieces of one byte", () => {
    expect(
      parse(
        [...STREAM].map((byte) => Buffer.of(byte)),
        5,
      ),
    ).toEqual(whole);
  });

  it("that ends in the middle is not at rest, and gives nothing that is not whole", () => {
    const middles = ["aa", "aa blob 5\n", "aa blob 5\nhe\nlo", "aa blob 5\nhe\nlo\nbb miss", "ee blob 9\n123"];
    for (const text of middles) expect([text, parse([Buffer.from(text)], 5).isAtRest]).toEqual([text, false]);
    expect(parse([Buffer.from("aa blob 5\nhe\nlo")], 5).objects).toEqual([]);
  });
});
