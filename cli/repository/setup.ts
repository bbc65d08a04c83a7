/** What `lacre init` wants to find in a repository: parts that can be checked, and made where they are missing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { CONFIGURATION_FILE } from "../../src/model/index.ts";
import type { Git } from "../../src/node/git.ts";
import { writeAtomic } from "../../src/node/write.ts";
import { BASELINE_FILE } from "../../src/verify/index.ts";
import { runGit } from "../git/git.ts";
import type { CiStep } from "./ci-steps.ts";
import { mergeDriver, type ProgramWords, textconv } from "./git-commands.ts";
import type { Hook } from "./hook-text.ts";
import { hookParts } from "./hooks.ts";
import { called, type PartState, type SetupPart } from "./part.ts";

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

function thereIf(isThere: boolean): PartState {
  return { kind: isThere ? "there" : "missing" };
}

function filePart(root: string, relative: string, text: string, mode = 0o644): SetupPart {
  const file = path.join(root, relative);
  return {
    name: relative,
    look: () => thereIf(fs.existsSync(file)),
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
    look: () => thereIf(missing().length === 0),
    make: () => {
      const text = readIfPresent(file);
      const separator = text === "" || text.endsWith("\n") ? "" : "\n";
      writeAtomic({ path: file, content: `${text}${separator}${missing().join("\n")}\n` });
    },
  };
}

/** A setting of this clone. Others set it by running init themselves: Git takes no drivers from a repository. */
function gitConfigPart(git: Git, key: string, value: string): SetupPart {
  const read = () => runGit(git, ["config", "--local", "--get-all", key]).stdout.trimEnd();
  return {
    name: `git config ${key}`,
    look: () => {
      const found = read();
      return found === value ? { kind: "there" } : { kind: "missing", ...called(found) };
    },
    make: () => void runGit(git, ["config", "--local", "--replace-all", key, value]),
    remove: () => {
      if (read() === "") return undefined;
      runGit(git, ["config", "--local", "--unset-all", key]);
      return "removed";
    },
  };
}

/** What is wanted beyond what every clone gets. */
export type Wanted = { readonly step?: CiStep | undefined; readonly hooks?: readonly Hook[] };

/** All parts for a repository, in the order in which they are made. */
export function setupParts(git: Git, program: ProgramWords, { step, hooks = [] }: Wanted = {}): readonly SetupPart[] {
  const root = git.directory;
  return [
    filePart(root, CONFIGURATION_FILE, CONFIGURATION),
    filePart(root, "keys/README.md", KEYS_README),
    linesPart(root, ".gitattributes", ATTRIBUTES),
    linesPart(root, ".gitignore", IGNORED),
    gitConfigPart(git, "merge.lacre.name", "sealed secrets, entry by entry"),
    gitConfigPart(git, "merge.lacre.driver", mergeDriver(program)),
    gitConfigPart(git, "diff.lacre.textconv", textconv(program)),
    ...hookParts(git, program, hooks),
    ...(step === undefined ? [] : [filePart(root, step.path, step.text, step.isProgram ? 0o755 : 0o644)]),
  ];
}
