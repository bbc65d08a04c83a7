/** The kinds of sources of files: each a row, and the only place that lists them. */
import * as path from "node:path";
import { usage } from "../usage.ts";
import { isCommitId } from "./accepted.ts";
import { directorySource } from "./directory.ts";
import type { Files } from "./files.ts";
import { gitSource } from "./git.ts";

/** What the command line says about sources beside `--source`. */
export type SourceFlags = {
  /** Whose signature a commit must carry, as ssh-keygen reads it. */
  readonly allowedSigners: string | undefined;
  /** A whole commit id that is taken though it does not descend from what was accepted. */
  readonly acceptCommit: string | undefined;
};

/** A source that can be opened. state: the directory of the controller's own files. */
export type ConfiguredSource = { readonly open: (state: string) => Files };

type SourceKind = {
  /** As --help shows it. */
  readonly form: string;
  /** What stands behind `KIND:`, never empty. USAGE where it does not fit. */
  readonly parse: (rest: string, flags: SourceFlags) => ConfiguredSource;
};

const SOURCES: Readonly<Record<string, SourceKind>> = {
  directory: { form: "directory:PATH", parse: parseDirectory },
  git: { form: "git:URL#BRANCH", parse: parseGit },
};

/** The forms of `--source`, for --help and for errors. */
export const SOURCE_FORMS: readonly string[] = Object.values(SOURCES).map(({ form }) => form);

/** A `--source`, or USAGE. */
export function parseSource(text: string, flags: SourceFlags): ConfiguredSource {
  const at = text.indexOf(":");
  const [kind, rest] = [text.slice(0, at), text.slice(at + 1)];
  const found = Object.hasOwn(SOURCES, kind) ? SOURCES[kind] : undefined;
  if (found === undefined || rest === "") throw usage(`--source ${text} is none of: ${SOURCE_FORMS.join(", ")}`);
  return found.parse(rest, flags);
}

function parseDirectory(directory: string, { allowedSigners, acceptCommit }: SourceFlags): ConfiguredSource {
  if (allowedSigners !== undefined)
    throw usage("--allowed-signers goes with a git source", "a directory has no commits that could be signed");
  checkCommit(acceptCommit, allowedSigners);
  return { open: () => directorySource(directory) };
}

function parseGit(text: string, { allowedSigners, acceptCommit }: SourceFlags): ConfiguredSource {
  const [url = "", name] = text.split("#");
  if (url.startsWith("-") || name?.startsWith("-")) throw usage("a Git URL or branch cannot start with '-'");
  checkCommit(acceptCommit, allowedSigners);
  const branch = name === "" ? undefined : name;
  return {
    open: (state) => {
      const clone = path.join(state, "git");
      if (allowedSigners === undefined) return gitSource(process.env, url, branch, clone);
      const acceptedFile = path.join(state, "accepted.json");
      return gitSource(process.env, url, branch, clone, { allowedSigners, acceptCommit, acceptedFile });
    },
  };
}

function checkCommit(id: string | undefined, allowedSigners: string | undefined): void {
  if (id === undefined) return;
  if (allowedSigners === undefined)
    throw usage("--accept-commit goes with --allowed-signers", "without it every commit of the branch is taken");
  if (!isCommitId(id))
    throw usage(
      "--accept-commit takes a whole commit id, 40 or 64 hexadecimal digits",
      "git rev-parse COMMIT shows it",
    );
}
