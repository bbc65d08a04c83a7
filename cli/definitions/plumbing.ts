/** Git's plumbing and the shell's. */
import { Command } from "commander";
import type { CommandContext, Outcome } from "../context.ts";
import { example } from "./options.ts";

/** `lacre merge-driver` */
export function mergeDriverCommand(context: CommandContext, outcome: Outcome): Command {
  return new Command("merge-driver")
    .description("Git's merge driver for sealed files: three-way by entry, no key needed")
    .argument("<base>", "%O")
    .argument("<ours>", "%A, also the result")
    .argument("<theirs>", "%B")
    .argument("[marker-size]", "%L")
    .argument("[path]", "%P")
    .action(async (base, ours, theirs, markerSize, path) => {
      const { mergeDriver: run } = await import("../commands/merge-driver.ts");
      outcome.status = await run(context, { base, ours, theirs, markerSize, path });
    })
    .addHelpText("after", example('git config merge.lacre.driver "lacre merge-driver %O %A %B %L %P"'));
}

/** `lacre textconv` */
export function textconvCommand(context: CommandContext): Command {
  return new Command("textconv")
    .description("Git's view of a sealed file for diffs: age, scope and key ids instead of tokens")
    .argument("<file>", "file to show")
    .action(async (file) => (await import("../commands/textconv.ts")).textconv(context, file))
    .addHelpText("after", example('git config diff.lacre.textconv "lacre textconv"'));
}

/** `lacre completion` */
export function completionCommand(context: CommandContext, program: Command): Command {
  return new Command("completion")
    .description("print a completion script for a shell")
    .argument("<shell>", "bash, zsh or fish")
    .action(async (shell) => (await import("../commands/completion.ts")).completion(context, program, shell))
    .addHelpText("after", example('eval "$(lacre completion bash)"'));
}
