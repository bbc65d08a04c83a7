/** How `lacre exec` is called. */
import { Command } from "commander";
import type { CommandContext, Ending } from "../context.ts";
import { example, keyFile, only, repeated } from "../options.ts";

/** The command with its arguments, options and help. */
export function define(context: CommandContext, outcome: Ending): Command {
  return new Command("exec")
    .description("run a command with the opened values in its environment; nothing touches the disk")
    .argument("<file>", "SealedSecret manifest")
    .argument("<command...>", "after --: the command and its arguments")
    .addOption(keyFile())
    .option("--files", "give the values as files in memory instead; their directory is in $LACRE_FILES")
    .addOption(only("these entries only, with commas between: nothing else is handed on, whoever sealed it"))
    .option("--prefix <text>", "put this before the name of every variable")
    .addOption(
      repeated("--allow <name>", "set this variable although it changes how programs run, or is set already; repeat"),
    )
    .action(async (file, command, options) => {
      outcome.status = await (await import("./exec.ts")).exec(context, file, command, options);
    })
    .addHelpText(
      "after",
      example(
        "lacre exec --key-file ~/dev.key db.yaml -- npm start",
        "lacre exec -k ~/dev.key --only DB_PASSWORD --prefix APP_ db.yaml -- ./run",
      ),
    );
}
