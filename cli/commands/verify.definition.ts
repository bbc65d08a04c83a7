/** How `lacre verify` is called. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { clusterOptions, example, json, withOptions } from "../options.ts";

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("seconds are a number above zero.");
}

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  const verify = new Command("verify")
    .description("prove that sealed files are sound and that no secret is committed in the clear; needs no key")
    .argument("[path...]", "files or directories, - for standard input; the whole repository by default")
    .addOption(
      new Option("--staged", "judge what would be committed, not the files on disk").conflicts(["range", "history"]),
    )
    .addOption(
      new Option("--range <a..b>", "judge everything that these commits brought, merges included").conflicts("history"),
    )
    .option("--history", "judge every blob that any branch, tag or stash ever held")
    .addOption(
      new Option("--pushed", "judge what a push brings, as Git tells a pre-push or pre-receive hook").conflicts([
        "staged",
        "range",
        "history",
        "accept",
        "output",
        "live",
      ]),
    )
    .addOption(new Option("-q, --quiet", "when all is clean, print nothing but notes").conflicts(["output", "live"]))
    .option("--no-ignore", "look at files that Git ignores too")
    .addOption(
      new Option("--format <format>", "how to report")
        .choices(["text", "json", "sarif", "github", "junit"])
        .default("text"),
    )
    .addOption(json().conflicts("format"))
    .option("--output <file>", "write the report there, and the text to standard output")
    .option("--explain <rule>", "say what a rule means and how to mend it")
    .option("--accept <reason>", "put everything that is found now into .lacre-baseline")
    .option("--expires <day>", "with --accept: until when, YYYY-MM-DD")
    .addOption(
      new Option("--live", "also compare with the cluster: lacre diff").conflicts(["staged", "range", "history"]),
    );
  return withOptions(verify, ...clusterOptions())
    .option("--sealers <file>", "whose signatures count, instead of the configuration's file; public keys only")
    .option(
      "--config-from <rev>",
      "take .lacre.yaml, baseline, sealers and key lists from there, not from the change that is judged",
    )
    .option("--no-new-allowances", "with --range or --staged: what the change itself allows is a finding")
    .addOption(new Option("--budget <seconds>", "how long one file may take").argParser(seconds).default(20))
    .action(async (paths, options) => {
      outcome.status = await (await import("./verify.ts")).verifyPaths(context, paths, options);
    })
    .addHelpText("after", example("lacre verify --range origin/main...HEAD --format github"));
}
