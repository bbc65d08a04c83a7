/** How `lacre init` is called. */
import { Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import { example } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext): Command {
  return new Command("init")
    .description("set up a repository: .lacre.yaml, keys/, merge and diff drivers, .gitignore and hooks")
    .addOption(new Option("--ci <system>", "also write a CI step").choices(["github", "gitlab", "jenkins", "generic"]))
    .option("--integrity <sri>", "with --ci: the SRI hash of this version, sha512-...; npm's own record by default")
    .option("--image <image>", "with --ci gitlab or jenkins: where it runs, by digest: node@sha256:...")
    .addOption(
      new Option("--hook <name...>", "also this hook: pre-push judges what a push brings").choices(["pre-push"]),
    )
    .addOption(
      new Option("--remove", "take drivers and hooks out of this clone; committed files stay").conflicts([
        "ci",
        "check",
        "hook",
      ]),
    )
    .option("--check", "change nothing; fail when something is missing")
    .action(async (options) => (await import("./init.ts")).init(context, options))
    .addHelpText("after", example("lacre init --ci github"));
}
