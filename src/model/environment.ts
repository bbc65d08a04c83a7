/** What .lacre.yaml says: the environments that values are sealed for, and what `verify` looks at. */

/** One environment: a branch, and the public keys of the system that runs it. */
export type Environment = {
  readonly name: string;
  /** Paths of public key lists, relative to .lacre.yaml: one for each cluster that is to open the values, at least one. */
  readonly keys: readonly string[];
  readonly branch?: string;
  /** Patterns of the sealed files that are this environment's, relative to .lacre.yaml. */
  readonly paths?: readonly string[];
  /** The namespace of all that is sealed for it. */
  readonly namespace?: string;
  readonly promotesFrom?: string;
};

/** A finding that somebody has looked at and allows, until a day. */
export type Allowance = {
  readonly path: string;
  readonly rule?: string;
  readonly reason: string;
  /** YYYY-MM-DD */
  readonly expires?: string;
};

/** The whole configuration of a repository. */
export type Configuration = {
  readonly environments: ReadonlyMap<string, Environment>;
  readonly defaultEnvironment?: string;
  readonly verify: {
    /** What verify looks at when it is not told, relative to the configuration. Everything, if empty. */
    readonly paths: readonly string[];
    readonly allow: readonly Allowance[];
    /** The scopes and suites that tokens may have. Any, if empty. */
    readonly scopes: readonly string[];
    readonly suites: readonly string[];
    /** Path of the file that says whose signatures count, relative to the configuration. */
    readonly sealers?: string;
  };
};

/** The name of the configuration file, at the repository's root. */
export const CONFIGURATION_FILE = ".lacre.yaml";

/** The environment that counts where none is named: the one that is said, or the only one. */
export function defaultEnvironmentOf({ environments, defaultEnvironment }: Configuration): string | undefined {
  const [only, ...more] = environments.keys();
  return defaultEnvironment ?? (more.length === 0 ? only : undefined);
}
