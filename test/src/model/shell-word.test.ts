/** Hostile names, as a shell would meet them. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable, printableInLog, printableTalk } from "../../../src/model/printable.ts";
import { posixWord, shellQuoted, shellWord } from "../../../src/model/shell-word.ts";

/** What a shell makes of a word. */
const heard = (shell: string, word: string) => spawnSync(shell, ["-c", `printf '%s|' ${word}`]).stdout.toString();

describe("a word of a command line", () => {
  it("is read back whole by a shell, whatever it holds", () => {
    for (const name of [
      "a b",
      "it's",
      "$(id)`id`",
      'say "x"',
      "a\n::error::b",
      "\x1b[31m",
      "tail\\",
      "a\x011",
      "\u202egpj",
      "!x",
      "~",
      "##[error]x",
      '100%s\n- %d \\n "$(id)" !x',
      "\u{e0041}##vso[x]\u0085",
    ]) {
      for (const shell of ["sh", "bash"])
        expect([shell, spawnSync(shell, ["-c", `printf %s ${shellWord(name)}`]).stdout.toString()]).toEqual([
          shell,
          name,
        ]);
      // What is printed names what was meant.
      for (const shown of [printable, printableTalk, printableInLog])
        expect(shown(`fix: ${shellWord(name)}`)).toContain(shellWord(name));
    }
    // A substitution drops these, and only newer shells have another way.
    const ran = spawnSync("bash", ["-c", `printf %s ${shellWord("a%\n\n")}`]);
    expect(ran.stdout.toString()).toBe("a%\n\n");
    expect(shellWord("-rf")).toBe("./-rf");
  });

  it("is one word, whatever is in it: many at once", () => {
    const name = fc.string({
      unit: fc.constantFrom(..."aä %'\"\\$`!#;&|<>()*?[]{}~=\t\u0001\u202e-"),
      minLength: 1,
      maxLength: 8,
    });
    const names = fc.sample(name, 400);
    for (const shell of ["sh", "bash"]) {
      expect(heard(shell, names.map(shellQuoted).join(" "))).toBe(`${names.join("|")}|`);
    }
    const posix = names.flatMap((one) => posixWord(one) ?? []);
    expect(heard("sh", names.flatMap((one) => posixWord(one) ?? []).join(" "))).toBe(
      `${names.filter((one) => posixWord(one) !== undefined).join("|")}|`,
    );
    expect(posix.length).toBeGreaterThan(20);
  });

  it("stays as it is where nothing in it is special", () => {
    for (const plain of ["a", "keys/prod.keys", "a_b-c.d:e@f%g+h,i=j"]) expect(shellWord(plain)).toBe(plain);
  });

  it("that begins with a dash is made a path where it is one, so that it is no option", () => {
    expect([shellWord("-rf"), shellQuoted("-rf"), shellWord("a-b")]).toEqual(["./-rf", "-rf", "a-b"]);
  });
});

describe("a word of a file that any shell runs", () => {
  it("is undefined where a line of the file would not show what it runs", () => {
    for (const hidden of ["a\nb", "a\tb", "a\u0000", "a\u2028b", "\ud800", "\u0085"]) {
      expect([hidden, posixWord(hidden)]).toEqual([hidden, undefined]);
    }
  });

  it("is quoted where it could be an option or hold more than one word", () => {
    expect([posixWord("a/b.c"), posixWord("-n"), posixWord("a b"), posixWord("it's")]).toEqual([
      "a/b.c",
      "'-n'",
      "'a b'",
      "'it'\\''s'",
    ]);
  });
});
