/** The commands about a repository and what runs from it. */
import { Command, Option } from "commander";
import type { CommandContext } from "../context.ts";
import type { Outcome } from "../run.ts";
import { example, json, keyFile, namespace } from "./options.ts";

/** `lacre sync` */
export function syncCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("sync")
    .description("make a directory equal to what is sealed in Git, once: lacre-controller --once")
    .requiredOption("--source <source>", "directory:PATH or git:URL#BRANCH")
    .requiredOption("--target <target>", "directory:PATH")
    .addOption(keyFile())
    .addOption(namespace())
    .option("--allow-empty", "remove everything when the source holds nothing")
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
    .option("--check", "change nothing; fail when something is missing")
    .action(async (options) => (await import("../commands/init.ts")).init(context, options))
    .addHelpText("after", example("lacre init --ci github"));
}

/** `lacre verify` */
export function verifyCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("verify")
    .description("prove that sealed files are sound and that no Secret is committed in the clear; needs no key")
    .argument("[path...]", "files or directories; the whole repository by default")
    .option("--staged", "judge what would be committed, not the files on disk")
    .addOption(json())
    .action(async (paths, options) => {
      outcome.status = await (await import("../commands/verify.ts")).verifyPaths(context, paths, options);
    })
    .addHelpText("after", example("lacre verify --staged"));
}

/** `lacre doctor` */
export function doctorCommand(context: CommandContext): Command {
  return new Command("doctor")
    .description("check this machine and this repository")
    .addOption(json())
    .action(async (options) => (await import("../commands/doctor.ts")).doctor(context, options))
    .addHelpText("after", example("lacre doctor"));
}
