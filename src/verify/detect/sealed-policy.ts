/** What a repository asks of its tokens, as plain data that threads can be given. */
import type { SealerPolicy } from "../../keys/sealers.ts";
import { matchesGlob } from "../text/glob.ts";

/** Key ids of one cluster: alternatives, each a set. */
export type KeySets = readonly (readonly string[])[];

/** What a repository asks of its tokens. Nothing that is left out is checked. */
export type SealedPolicy = {
  readonly scopes?: readonly string[];
  readonly suites?: readonly string[];
  /**
   * Who is to open the values of each environment: its clusters, and of each cluster sets of key ids of which a token must
   * have one whole. A token has keys of one environment only. Bare public keys are one set; of a cluster's list each key
   * that opens is a set of its own.
   */
  readonly recipients?: Readonly<Record<string, readonly KeySets[]>>;
  /** Patterns of the files of environments that have some of their own: their tokens are for that environment alone. */
  readonly paths?: Readonly<Record<string, readonly string[]>>;
  /** Keys that count as known to others. */
  readonly compromised?: readonly string[];
  /** Keys that open nothing any more. */
  readonly destroyed?: readonly string[];
  /** Keys that open, and that nothing new should be sealed for. */
  readonly old?: readonly string[];
  /** Whose signatures count, and where they are asked for. */
  readonly signatures?: SealerPolicy;
};

/** By the environment that a value is for; undefined: it does not say. */
export type PolicyOf = (environment: string | undefined) => SealedPolicy;

/**
 * With the environments that a file may be of: those whose paths it is below, else those without paths. A value that says its
 * environment has keys of that one: in a file of certain environments one of them, elsewhere any. One that nobody knows has none.
 */
export function policiesFor(path: string, policy: SealedPolicy): PolicyOf {
  const { recipients, paths = {} } = policy;
  if (recipients === undefined) return () => policy;
  const all = Object.entries(recipients);
  const patternsOf = (name: string) => (Object.hasOwn(paths, name) ? paths[name] : undefined);
  const own = all.filter(([name]) => patternsOf(name)?.some((pattern) => matchesGlob(pattern, path)));
  const fitting = own.length > 0 ? own : all.filter(([name]) => patternsOf(name) === undefined);
  const among = (environments: typeof all) => ({ ...policy, recipients: Object.fromEntries(environments) });
  const unsaid = among(fitting);
  return (environment) =>
    environment === undefined ? unsaid : among((own.length > 0 ? own : all).filter(([name]) => name === environment));
}
