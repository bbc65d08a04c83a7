/** Completion in the shells themselves. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Workspace } from "../support/workspace.ts";

/** A shell that is not there is named in one line; with CI=true its tests fail. */
function has(shell: string): boolean {
  const isThere = spawnSync(shell, ["-c", "true"]).status === 0;
  if (!isThere) console.warn(`${shell} is not there, so its completion is not tested: apt-get install ${shell}`);
  return isThere || process.env["CI"] === "true";
}

/** What is typed, and what it must become or be among. */
const TYPED = [
  ["lacre sea", "seal"],
  ["lacre keys ro", "rotate"],
  ["lacre keys backup ver", "verify"],
  ["lacre seal --in-pl", "--in-place"],
  ["lacre keys backup verify --ag", "--against"],
  ["lacre seal --scope na", "namespace"],
  ["lacre seal -i db", "db file.yaml"],
] as const;

async function prepared(shell: string): Promise<Workspace> {
  const at = new Workspace();
  at.write("script", (await at.lacre(["completion", shell])).stdout);
  at.write("db file.yaml", "x");
  return at;
}

describe("bash", () => {
  it.each(TYPED.filter(([, word]) => word !== "db file.yaml"))("completes %j with %s", async (line, word) => {
    const at = await prepared("bash");
    const given = at.sh(
      `. ./script; COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _lacre; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    expect([given.stderr, given.stdout.split("\n")]).toEqual(["", expect.arrayContaining([word])]);
  });

  it("leaves everything else to files, and executes nothing that a line holds", async () => {
    const at = await prepared("bash");
    const given = at.sh(
      `. ./script; COMP_WORDS=(lacre seal '$(: > ran)' 'a"; : > ran; "' ''); COMP_CWORD=4; _lacre; echo \${#COMPREPLY[@]}; ls`,
    );
    expect([given.stderr, given.stdout]).toEqual(["", "0\ndb file.yaml\nscript\n"]);
    expect(at.read("script")).toContain("complete -o default ");
  });
});

describe.runIf(has("zsh"))("zsh", () => {
  it.each(TYPED)("completes %j with %s", async (line, word) => {
    const at = await prepared("zsh");
    at.write(".home/.zshrc", "PS1='ready> '\nlacre() { print -r -- \"<$1|$2|$3|$4>\"; exit }\n. ./script\n");
    const screen = await at.onTerminal("zsh -o no_global_rcs -i", ["ready> ", `${line}\t\r`]);
    expect(screen).not.toContain("unrecognized");
    expect(screen).toMatch(new RegExp(`<.*${word}.*>`));
  });
});

describe.runIf(has("fish"))("fish", () => {
  it.each(TYPED)("completes %j with %s", async (line, word) => {
    const at = await prepared("fish");
    const given = at.sh(`fish --no-config -c 'source script; complete -C "${line}"'`);
    expect([given.stderr, given.stdout.split(/[\n\t]/)]).toEqual(["", expect.arrayContaining([word])]);
  });
});
