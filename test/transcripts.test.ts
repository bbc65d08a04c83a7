/** The sessions of test/transcripts, played: what they show is what is shown. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { play } from "./support/session.ts";

const FOLDER = path.join(import.meta.dirname, "transcripts");
const NAMES = fs.readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));

describe("the transcript", () => {
  it.each(NAMES)("%s is what is shown", async (name) => {
    const { promised, came } = await play(fs.readFileSync(path.join(FOLDER, name), "utf8"));
    expect(promised.length).toBeGreaterThan(2);
    expect(came).toEqual(promised);
  });
});

describe("a transcript", () => {
  it.each([
    ["another line", "    $ echo one\n    two\n"],
    ["a line that is missing", "    $ true\n    one\n"],
    ["a line too many", "    $ echo one; echo two\n    one\n"],
    ["a line behind those that are left out", "    $ echo one; echo two\n    ...\n    three\n"],
    ["another status", "    $ exit 3\n"],
    ["another status of lacre", "    $ lacre inspect none.yaml\n    ...\n    ? 2\n"],
    ["another word where a name stands for one", "    $ echo a; echo b\n    <word: x>\n    <word: x>\n"],
    ["something that has not the form of its name", "    $ echo SHA256:short\n    <fingerprint>\n"],
  ])("with %s fails", async (_, text) => {
    const { promised, came } = await play(text);
    expect(came).not.toEqual(promised);
  });

  it("holds with names, lines left out, files, input, what is typed, and a status", async () => {
    const { promised, came } = await play(`
Prose is not looked at.

    > note
    two lines

    of text

    $ cat note
    two lines

    of text

    $ echo SHA256:${"a".repeat(43)}; seq 5; false
    <fingerprint: ours>
    1
    ...
    5
    ? 1

    $ test <fingerprint: ours> = SHA256:${"a".repeat(43)}
    $ printf %s 'no Secret' | lacre seal -r note > sealed.yaml
    ...
    ? 1

    $ cat sealed.yaml
`);
    expect(came).toEqual(promised);
  });

  it("that uses a name before it was shown, or has a line of no step, is no transcript", async () => {
    await expect(play("    $ echo <fingerprint: ours>\n")).rejects.toThrow("was not shown before");
    await expect(play("    one\n")).rejects.toThrow("line 1 is of no command");
  });
});
