/**
 * The environment of every git that is run. We may have been started by another git, as its hook, driver or alias, or with
 * settings that choose repositories: of the GIT_* only what is named here passes. docs/adr/0067 says why each of them does.
 */

/** Names of variables and their values, as a process has them. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * What git is run in: a clone of our own, which nobody sits in front of; the work tree that somebody is in, whose commit may
 * be under way; or a work tree elsewhere, found by a path.
 */
export type GitPlace = "clone" | "here" | "elsewhere";

/** How to authenticate, whom to trust, and where git's configuration is. */
const KEPT: ReadonlySet<string> = new Set([
  "GIT_ALLOW_PROTOCOL",
  "GIT_ASKPASS",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_CONFIG_SYSTEM",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "GIT_SSL_CERT",
  "GIT_SSL_KEY",
]);

/** What somebody set for all their repositories: further configuration, how far to look for one, what may be fetched. */
const OF_PEOPLE =
  /^GIT_(?:CONFIG_(?:COUNT|PARAMETERS|(?:KEY|VALUE)_\d+)|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|NO_LAZY_FETCH|TERMINAL_PROMPT)$/;

/** The commit that is under way: its index, which `git commit -a` has beside the usual one, and where its objects are. */
const OF_A_COMMIT: ReadonlySet<string> = new Set([
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
]);

/** Nobody is there to ask, and helpers that run programs named in the URL have no place. What an operator sets comes first. */
const UNATTENDED: ProcessEnvironment = {
  GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
  GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
};

function isPassed(name: string, place: GitPlace): boolean {
  // Our own LACRE_* are none of git's matter.
  if (KEPT.has(name) || !/^(?:GIT|LACRE)_/i.test(name)) return true;
  if (place === "clone") return false;
  return OF_PEOPLE.test(name) || (place === "here" && OF_A_COMMIT.has(name));
}

/** What git gets of an environment. */
export function gitEnvironment(from: ProcessEnvironment, place: GitPlace): ProcessEnvironment {
  const passed = Object.fromEntries(Object.entries(from).filter(([name]) => isPassed(name, place)));
  return {
    ...(place === "clone" && UNATTENDED),
    ...passed,
    ...(place === "clone" && { GIT_TERMINAL_PROMPT: "0" }),
    // A commit is what its id says, whatever refs/replace holds.
    GIT_NO_REPLACE_OBJECTS: "1",
    LC_ALL: "C",
  };
}
