/** The commands about a repository and what runs from it. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { CommandContext, Outcome } from "../context.ts";
import { clusterOptions, example, json, keyFile, namespace, repeated } from "./options.ts";

/** `lacre sync` */
export function syncCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("sync")
    .description("make a directory equal to what is sealed in Git, once: lacre-controller --once")
    .requiredOption("--source <source>", "directory:PATH or git:URL#BRANCH")
    .requiredOption("--target <target>", "directory:PATH")
    .addOption(keyFile())
    .addOption(namespace())
    .option("--allow-empty", "remove everything when the source holds nothing")
    .addOption(repeated("--accept-scope <scope>", "also open tokens of this scope: namespace, cluster"))
    .addOption(repeated("--adopt <namespace=how>", "files that were there may be taken over there: IfUnowned, Merge"))
    .addOption(json())
    .action(async (options) => {
      outcome.status = await (await import("../commands/sync.ts")).sync(context, options);
    })
    .addHelpText(
      "after",
      example("lacre sync --source directory:. --target directory:/run/secrets --key-file ~/prod.key"),
    );
}

/** `lacre init` */
export function initCommand(context: CommandContext): Command {
  return new Command("init")
    .description("set up a repository: .lacre.yaml, keys/, merge and diff drivers, .gitignore and the pre-commit hook")
    .addOption(new Option("--ci <system>", "also write a CI step").choices(["github", "gitlab", "jenkins", "generic"]))
    .option("--integrity <sri>", "with --ci: the SRI hash of this version, sha512-...; npm's own record by default")
    .option("--image <image>", "with --ci gitlab or jenkins: where it runs, by digest: node@sha256:...")
    .option("--check", "change nothing; fail when something is missing")
    .action(async (options) => (await import("../commands/init.ts")).init(context, options))
    .addHelpText("after", example("lacre init --ci github"));
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("seconds are a number above zero.");
}

/** `lacre verify` */
export function verifyCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("verify")
    .description("prove that sealed files are sound and that no secret is committed in the clear; needs no key")
    .argument("[path...]", "files or directories, - for standard input; the whole repository by default")
    .addOption(
      new Option("--staged", "judge what would be committed, not the files on disk").conflicts(["range", "history"]),
    )
    .addOption(
      new Option("--range <a..b>", "judge everything that these commits brought, merges included").conflicts("history"),
    )
    .option("--history", "judge every blob that any branch, tag or stash ever held")
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
    )
    .addOption(clusterOptions()[0] as Option)
    .addOption(clusterOptions()[1] as Option)
    .option("--sealers <file>", "whose signatures count, instead of the configuration's file; public keys only")
    .option(
      "--config-from <rev>",
      "take .lacre.yaml, baseline, sealers and key lists from there, not from the change that is judged",
    )
    .option("--no-new-allowances", "with --range or --staged: what the change itself allows is a finding")
    .addOption(new Option("--budget <seconds>", "how long one file may take").argParser(seconds).default(20))
    .action(async (paths, options) => {
      outcome.status = await (await import("../commands/verify.ts")).verifyPaths(context, paths, options);
    })
    .addHelpText("after", example("lacre verify --range origin/main...HEAD --format github"));
}

/** `lacre diff` */
export function diffCommand(context: CommandContext, outcome: Outcome): Command {
  const command = new Command("diff")
    .description("compare Git with the cluster: + ~ - ! = per object and entry, never a value; 0 same, 9 different")
    .argument("[path...]", "SealedSecrets or directories of them; the whole repository by default")
    .addOption(namespace())
    .option("--extra", "also show SealedSecrets of these namespaces that only the cluster has");
  for (const option of clusterOptions()) command.addOption(option);
  return command
    .addOption(json())
    .action(async (paths, options) => {
      outcome.status = await (await import("../commands/diff.ts")).diff(context, paths, options);
    })
    .addHelpText("after", example("lacre diff --context prod secrets/"));
}

/** `lacre doctor` */
export function doctorCommand(context: CommandContext): Command {
  return new Command("doctor")
    .description("check this machine and this repository; with --live also the cluster")
    .addOption(json())
    .addOption(clusterOptions()[0] as Option)
    .addOption(clusterOptions()[1] as Option)
    .option("--live", "also list Secrets of the cluster that an earlier version took over and owns")
    .option("--namespace <name>", "look at this namespace of the cluster only")
    .action(async (options) => (await import("../commands/doctor.ts")).doctor(context, options))
    .addHelpText("after", example("lacre doctor"));
}
