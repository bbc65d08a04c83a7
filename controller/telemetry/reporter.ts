/** Says what is new: a problem that stays is logged once, and so is its end. */

import type { Problem } from "../../src/model/index.ts";
import type { Logger } from "./log.ts";
import type { ObservedPass } from "./observed-pass.ts";

/** Problems that have ended, but for those that only have other words now: each of those has a new one in its place. */
function unreplaced(ended: readonly Problem[], begun: readonly Problem[]): readonly Problem[] {
  const left = [...begun];
  return ended.filter(({ subject, reason }) => {
    const at = left.findIndex((one) => one.subject === subject && one.reason === reason);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Tells the log about passes. */
export class Reporter {
  readonly #log: Logger;
  #open: ReadonlyMap<string, Problem> = new Map();
  #revision = "";

  constructor(log: Logger) {
    this.#log = log;
  }

  report(pass: ObservedPass): void {
    const { revision, objects } = pass;
    for (const { object, cause } of pass.writes) this.#log.info({ object, cause, revision }, "written");
    for (const object of pass.removed) this.#log.info({ object, revision }, "removed");
    this.#reportProblems(pass.problems);
    if (!pass.sourceRead || revision === this.#revision) return;
    this.#log.info({ revision, objects }, "revision");
    this.#revision = revision;
  }

  #reportProblems(problems: readonly Problem[]): void {
    const now = new Map(
      problems.map((problem) => [`${problem.subject} ${problem.reason} ${problem.message}`, problem]),
    );
    const begun = [...now].filter(([id]) => !this.#open.has(id)).map(([, problem]) => problem);
    const ended = [...this.#open].filter(([id]) => !now.has(id)).map(([, problem]) => problem);
    for (const problem of begun) this.#log.error({ ...problem }, "problem");
    for (const { subject, reason } of unreplaced(ended, begun)) this.#log.info({ subject, reason }, "problem solved");
    this.#open = now;
  }
}
