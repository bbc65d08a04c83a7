/** Says what is new: a problem that stays is logged once, and so is its end. */

import type { Problem } from "../decide/problem.ts";
import type { PassReport } from "../standalone/pass-report.ts";
import type { Logger } from "./log.ts";

/** Tells the log about passes. */
export class Reporter {
  readonly #log: Logger;
  #open: ReadonlyMap<string, Problem> = new Map();
  #revision = "";

  constructor(log: Logger) {
    this.#log = log;
  }

  report(report: PassReport): void {
    const { revision, objects } = report;
    for (const { object, cause } of report.writes) this.#log.info({ object, cause, revision }, "written");
    for (const object of report.removed) this.#log.info({ object, revision }, "removed");
    this.#reportProblems(report.problems);
    if (!report.sourceRead || revision === this.#revision) return;
    this.#log.info({ revision, objects }, "revision");
    this.#revision = revision;
  }

  #reportProblems(problems: readonly Problem[]): void {
    const now = new Map(
      problems.map((problem) => [`${problem.subject} ${problem.reason} ${problem.message}`, problem]),
    );
    for (const [id, problem] of now) if (!this.#open.has(id)) this.#log.error({ ...problem }, "problem");
    for (const [id, { subject, reason }] of this.#open)
      if (!now.has(id)) this.#log.info({ subject, reason }, "problem solved");
    this.#open = now;
  }
}
