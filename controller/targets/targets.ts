/** The kinds of targets: each a row, and the only place that lists them. */
import * as path from "node:path";
import { usage } from "../usage.ts";
import type { OperatorConsent } from "./consent.ts";
import { directoryTarget } from "./directory/directory.ts";
import type { Target } from "./target.ts";

/** What the command line says about targets beside `--target`. */
export type TargetFlags = {
  /** Where what was there may be taken over. */
  readonly adopt: OperatorConsent;
  /** Of opened files, such as 0o400. */
  readonly fileMode: number;
};

/** A target that can be opened. */
export type ConfiguredTarget = {
  /** Where the controller's own files are when `--state` does not say; undefined where it has to. */
  readonly defaultState: string | undefined;
  /** TARGET_FAILED */
  readonly open: () => Target;
};

type TargetKind = {
  /** As --help shows it, and what it does. */
  readonly form: string;
  readonly help: string;
  /** What stands behind `KIND:`. USAGE where it does not fit. */
  readonly parse: (rest: string, flags: TargetFlags) => ConfiguredTarget;
};

/** Our own files in a directory: no namespace starts with dots. */
const STATE = "..lacre";

const TARGETS: Readonly<Record<string, TargetKind>> = {
  directory: {
    form: "directory:PATH",
    help: "where the opened values go: PATH/NAMESPACE/NAME/KEY",
    parse: (directory, { adopt, fileMode }) => {
      if (directory === "")
        throw usage("--target directory: names no path", "such as: --target directory:/run/secrets");
      return {
        defaultState: path.join(directory, STATE),
        open: () => directoryTarget(directory, fileMode, adopt),
      };
    },
  },
  kubernetes: {
    form: "--kubernetes",
    help: "the Secrets of a cluster: lacre-controller --kubernetes --help",
    parse: () => {
      throw usage("the Secrets of a cluster are another way to run", "lacre-controller --kubernetes --help");
    },
  },
};

/** The kinds, for --help and for errors. */
export const TARGET_KINDS: readonly TargetKind[] = Object.values(TARGETS);

/** A `--target`, or USAGE. */
export function parseTarget(text: string, flags: TargetFlags): ConfiguredTarget {
  const at = text.indexOf(":");
  const kind = at === -1 ? text : text.slice(0, at);
  const found = Object.hasOwn(TARGETS, kind) ? TARGETS[kind] : undefined;
  if (found === undefined || (at === -1 && kind !== "kubernetes")) {
    throw usage(`--target ${text} is none of: ${TARGET_KINDS.map(({ form }) => form).join(", ")}`);
  }
  return found.parse(at === -1 ? "" : text.slice(at + 1), flags);
}
