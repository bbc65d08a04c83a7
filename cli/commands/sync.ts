/** `lacre sync`: one pass of the standalone controller, in its own process, with its report told to people. */
import { LacreError } from "../../src/errors.ts";
import {
  type PassReport,
  parsePassReport,
  printableJson,
  printableName,
  printableTalk,
} from "../../src/model/index.ts";
import { EXIT } from "../../src/node/exit-status.ts";
import type { ChildOutput, CommandContext } from "../context.ts";

type SyncOptions = {
  readonly source: string;
  readonly target: string;
  readonly keyFile?: readonly string[];
  readonly namespace?: string;
  readonly state?: string;
  readonly allowEmpty?: boolean;
  readonly acceptScope?: readonly string[];
  readonly adopt?: readonly string[];
  readonly json?: boolean;
};

/** The exit status: 0 when the target equals the source, 1 when something stayed as it was. */
export async function sync(context: CommandContext, options: SyncOptions): Promise<number> {
  const keyFiles = options.keyFile ?? (context.env["LACRE_KEY_FILE"] ? [context.env["LACRE_KEY_FILE"]] : []);
  if (keyFiles.length === 0) {
    throw new LacreError("NO_PRIVATE_KEY", "syncing needs a private key", {
      hint: "name its file with --key-file FILE",
    });
  }
  const { status = EXIT.failed, stdout } = await runController(context, controllerArgs(options, keyFiles));
  const report = parsePassReport(stdout);
  // Without a report the controller has said on standard error what was wrong.
  if (report === undefined) return status === 0 ? EXIT.bug : status;
  if (options.json === true) await context.print(`${printableJson(JSON.stringify(report, null, 2))}\n`);
  else await tell(context, report);
  return report.status;
}

/** The same in the words of the controller. */
function controllerArgs(options: SyncOptions, keyFiles: readonly string[]): readonly string[] {
  const args = ["--once", "--log-level", "silent", "--source", options.source, "--target", options.target];
  for (const file of keyFiles) args.push("--key-file", file);
  if (options.namespace !== undefined) args.push("--namespace", options.namespace);
  if (options.state !== undefined) args.push("--state", options.state);
  for (const scope of options.acceptScope ?? []) args.push("--accept-scope", scope);
  for (const consent of options.adopt ?? []) args.push("--adopt", consent);
  if (options.allowEmpty === true) args.push("--allow-empty");
  return args;
}

async function runController(context: CommandContext, args: readonly string[]): Promise<ChildOutput> {
  const { command, args: before } = context.program.startOf("controller");
  const env = { ...context.env, LACRE_PROGRAM: "lacre" };
  try {
    return await context.readChild({ command, args: [...before, ...args], env });
  } catch (cause) {
    throw new LacreError("COMMAND_FAILED", "the controller cannot be started", {
      hint: "install lacre anew: its controller comes with it",
      cause,
    });
  }
}

async function tell(context: CommandContext, report: PassReport): Promise<void> {
  for (const { subject, message } of report.problems) context.say(`lacre: ${subject}: ${message}`);
  const lines = [...report.written.map((name) => `+ ${name}`), ...report.removed.map((name) => `- ${name}`)];
  const { written, removed, unchanged, problems } = report;
  lines.push(
    `${written.length} written, ${removed.length} removed, ${unchanged} unchanged, ${problems.length} problems (${report.revision})`,
  );
  await context.print(printableTalk(`${lines.map(printableName).join("\n")}\n`));
}
