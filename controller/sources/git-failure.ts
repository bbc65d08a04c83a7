/** What a git that failed means to a source, in our own words. */
import { LacreError } from "../../src/errors.ts";
import { askGit, type Git, type GitAnswer } from "../../src/node/git.ts";

// Git's own words may hold the URL with its password: they are recognised, never repeated.
const KNOWN_FAILURES: readonly (readonly [RegExp, string])[] = [
  [/authentication failed|could not read (?:username|password)|permission denied/i, "access was refused"],
  [
    /could not resolve host|unable to access|connection (?:refused|timed out)|could not connect/i,
    "the server cannot be reached",
  ],
  [/not found|does not appear to be a git repository|does not exist/i, "there is no such repository"],
  [/no space left/i, "the disk is full"],
];

/** The next step where the message says what failed. */
export const TRIED_AGAIN = "it is tried again in every pass; what was written before stays";

/** Why there is no answer. */
export function describeFailure({ failure, status, complaint }: GitAnswer & { readonly ok: false }): string {
  switch (failure) {
    case "unavailable":
      return "git is not installed";
    case "too-long":
      return "the answer is too long";
    case "too-late":
      return "it took too long";
    case "ended":
      return KNOWN_FAILURES.find(([pattern]) => pattern.test(complaint))?.[1] ?? `it ended with status ${status}`;
  }
}

/** What git prints, or SOURCE_FAILED. */
export async function gitText(git: Git, args: readonly string[]): Promise<string> {
  const answer = await askGit(git, args);
  if (answer.ok) return answer.bytes.toString();
  throw new LacreError("SOURCE_FAILED", `git ${args[0]}: ${describeFailure(answer)}`, { hint: TRIED_AGAIN });
}
