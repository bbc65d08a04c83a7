/** How a program that runs from sources is started again. test/e2e/own-program.test.ts has what is built, and executables. */
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAgain, startOf, takePart, verifyThread } from "../../../src/node/program.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

describe("a program that runs from sources", () => {
  let argv: string[] = [];
  beforeEach(() => {
    argv = process.argv;
  });
  afterEach(() => {
    process.argv = argv;
  });

  it("names its own sources, whatever argv[1] says", () => {
    for (const called of [undefined, "/nowhere/lacre", path.join(ROOT, "tools/build.ts")]) {
      process.argv = called === undefined ? [process.execPath] : [process.execPath, called];
      expect(startOf("cli")).toEqual({ command: process.execPath, args: [path.join(ROOT, "cli/main.ts")] });
      expect(startOf("controller").args).toEqual([path.join(ROOT, "controller/main.ts")]);
    }
  });

  it("has a file for each part", () => {
    const thread = verifyThread();
    expect(thread.kind).toBe("file");
    const files = [startOf("cli").args[0], startOf("controller").args[0], thread.kind === "file" ? thread.file : ""];
    for (const file of files) expect([file, fs.existsSync(file ?? "")]).toEqual([file, true]);
  });

  it("is started again with the same options of Node and the same arguments", () => {
    process.argv = [process.execPath, "/nowhere/lacre-controller", "--once", "--namespace", "shop"];
    expect(startAgain("controller")).toEqual({
      command: process.execPath,
      args: [...process.execArgv, path.join(ROOT, "controller/main.ts"), "--once", "--namespace", "shop"],
    });
  });
});

describe("the one executable", () => {
  it("is the command line, unless the program itself asks for its controller", () => {
    for (const args of [[], ["--once"], ["seal", "::controller"], ["controller"]]) {
      const argv = ["/bin/lacre", "/bin/lacre", ...args];
      expect([takePart(argv), argv.slice(2)]).toEqual(["cli", args]);
    }
  });

  it("takes the word that asks for it out of the controller's arguments", () => {
    const argv = ["/bin/lacre", "/bin/lacre", "::controller", "--once"];
    expect([takePart(argv), argv.slice(2)]).toEqual(["controller", ["--once"]]);
  });
});
