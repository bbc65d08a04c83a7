/** The table of commands: each file of commands/ is one, by the name that it has. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { testContext } from "../support/test-context.ts";

const COMMANDS = path.join(import.meta.dirname, "../../cli/commands");
const SUFFIX = ".definition.ts";

function definedIn(folder: string): readonly string[] {
  return fs
    .readdirSync(path.join(COMMANDS, folder))
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));
}

const make = (...args: readonly string[]): Promise<Command> =>
  createProgram(testContext({ cwd: "/" }).context, { status: 0 }, args);
const namesOf = (command: Command | undefined) => command?.commands.map((child) => child.name()) ?? [];

describe("the table of commands", () => {
  it("has a row for every definition, called by the name of its file", async () => {
    expect(namesOf(await make()).sort()).toEqual([...definedIn(".")].sort());
  });

  it.each(definedIn(".").filter((name) => name !== "completion"))(
    "builds nothing else where %s is named",
    async (name) => {
      expect(namesOf(await make(name))).toEqual([name]);
    },
  );

  it("builds all for completion, which names all, and for a word that names none", async () => {
    for (const word of ["completion", "sael", "constructor", "__proto__"])
      expect([word, namesOf(await make(word)).length]).toEqual([word, definedIn(".").length]);
  });

  it("has every definition of keys below keys", async () => {
    const [keys] = (await make("keys")).commands;
    const below = keys?.commands.flatMap((child) => [
      child.name(),
      ...namesOf(child).map((name) => `${child.name()}-${name}`),
    ]);
    expect(below?.sort()).toEqual([...definedIn("keys")].sort());
  });

  it("leaves the work of every command beside its definition", () => {
    for (const folder of [".", "keys"]) {
      // keys itself does nothing: its subcommands do.
      for (const name of definedIn(folder).filter((one) => one !== "keys"))
        expect([name, fs.existsSync(path.join(COMMANDS, folder, `${name}.ts`))]).toEqual([name, true]);
    }
  });

  it("has no command that imports another one's file: what two need is a room by concern", () => {
    const works = fs
      .readdirSync(COMMANDS, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(SUFFIX));
    expect(works.length).toBeGreaterThan(20);
    const importing = works.filter((name) =>
      /(?:from|import)\s*\(?\s*"(?:\.\/|[./]*\/commands\/)/.test(fs.readFileSync(path.join(COMMANDS, name), "utf8")),
    );
    expect(importing).toEqual([]);
  });
});
