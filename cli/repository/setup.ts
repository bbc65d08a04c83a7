/** What `lacre init` wants to find in a repository: parts that can be checked, and made where they are missing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { CONFIGURATION_FILE } from "../../src/model/index.ts";
import type { Git } from "../../src/node/git.ts";
import { writeAtomic } from "../../src/node/write.ts";
import { BASELINE_FILE } from "../../src/verify/index.ts";
import { runGit } from "../git/git.ts";
import type { CiStep } from "./ci-steps.ts";

/** One part of the set-up. make changes nothing when the part is there. */
export type SetupPart = { readonly name: string; readonly isThere: () => boolean; readonly make: () => void };

const ATTRIBUTES = [
  "*.yaml merge=lacre",
  "*.yml merge=lacre",
  "*.sealed.yaml diff=lacre",
  "*.sealed.yml diff=lacre",
  "secrets/**/*.yaml diff=lacre",
  // Entries of both sides are kept: they are sorted when the file is written next.
  `${BASELINE_FILE} merge=union`,
];
const IGNORED = ["*.lacre-key", ".env", ".env.*", "!.env.example", "*.plain.yaml"];
const BLOCK_START = "# >>> lacre: kept by lacre init >>>";
const BLOCK_END = "# <<< lacre <<<";

const CONFIGURATION = `version: 1
defaultEnvironment: prod
environments:
  prod:
    keys: keys/prod.keys
`;

const KEYS_README = `# Public keys

One file an environment, named in .lacre.yaml. They are safe to publish: with them values can be sealed, and nothing can be opened.

    lacre keys generate --cluster prod --key-file ~/prod.key > keys/prod.keys     # on the machine that runs prod
    lacre keys fetch --env prod                                                   # or from its cluster

Who seals compares the fingerprint once: lacre keys pin keys/prod.keys --fingerprint SHA256:...
`;

function readIfPresent(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

function filePart(root: string, relative: string, text: string, mode = 0o644): SetupPart {
  const file = path.join(root, relative);
  return {
    name: relative,
    isThere: () => fs.existsSync(file),
    make: () => {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      writeAtomic({ path: file, content: text, mode });
    },
  };
}

/** Lines in a file of lines. Only those that are missing are added, at the end. */
function linesPart(root: string, relative: string, lines: readonly string[]): SetupPart {
  const file = path.join(root, relative);
  const missing = () => {
    const present = new Set(readIfPresent(file).split(/\r?\n/));
    return lines.filter((line) => !present.has(line));
  };
  return {
    name: relative,
    isThere: () => missing().length === 0,
    make: () => {
      const text = readIfPresent(file);
      const separator = text === "" || text.endsWith("\n") ? "" : "\n";
      writeAtomic({ path: file, content: `${text}${separator}${missing().join("\n")}\n` });
    },
  };
}

/** A setting of this clone. Others set it by running init themselves: Git takes no drivers from a repository. */
function gitConfigPart(git: Git, key: string, value: string): SetupPart {
  return {
    name: `git config ${key}`,
    isThere: () => runGit(git, ["config", "--local", "--get", key]).stdout.trimEnd() === value,
    make: () => void runGit(git, ["config", "--local", key, value]),
  };
}

function hookPart(git: Git, program: string, hook: "pre-commit" | "pre-merge-commit"): SetupPart {
  const file = path.resolve(git.directory, runGit(git, ["rev-parse", "--git-path", `hooks/${hook}`]).stdout.trimEnd());
  // By absolute paths: Git runs a hook with a PATH that may lead into the work tree.
  const block = `${BLOCK_START}\n${program} verify --staged || exit $?\n${BLOCK_END}\n`;
  return {
    name: `${hook} hook`,
    isThere: () => readIfPresent(file).includes(block),
    make: () => {
      const text = readIfPresent(file).replace(new RegExp(`${BLOCK_START}[\\s\\S]*?${BLOCK_END}\\n`), "");
      const [shebang, rest] = text.startsWith("#!")
        ? [text.slice(0, text.indexOf("\n") + 1), text.slice(text.indexOf("\n") + 1)]
        : ["#!/bin/sh\n", text];
      fs.mkdirSync(path.dirname(file), { recursive: true });
      // First, so that an `exit` or `exec` of the hook that was there does not skip it.
      writeAtomic({ path: file, content: shebang + block + rest, mode: 0o755 });
      fs.chmodSync(file, 0o755);
    },
  };
}

/** All parts for a repository, in the order in which they are made. */
export function setupParts(git: Git, program: string, step?: CiStep): readonly SetupPart[] {
  const root = git.directory;
  return [
    filePart(root, CONFIGURATION_FILE, CONFIGURATION),
    filePart(root, "keys/README.md", KEYS_README),
    linesPart(root, ".gitattributes", ATTRIBUTES),
    linesPart(root, ".gitignore", IGNORED),
    gitConfigPart(git, "merge.lacre.name", "sealed secrets, entry by entry"),
    gitConfigPart(git, "merge.lacre.driver", `${program.replaceAll("%", "%%")} merge-driver %O %A %B %L %P`),
    gitConfigPart(git, "diff.lacre.textconv", `${program} textconv`),
    hookPart(git, program, "pre-commit"),
    // A merge that needs no hand runs this one instead.
    hookPart(git, program, "pre-merge-commit"),
    ...(step === undefined ? [] : [filePart(root, step.path, step.text, step.isProgram ? 0o755 : 0o644)]),
  ];
}
