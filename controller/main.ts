#!/usr/bin/env node
import { LacreError } from "../src/errors.ts";
import { printableTalk } from "../src/model/index.ts";
/** The `lacre-controller` command: its arguments in, its exit status out. */
import { CONTROLLER } from "../src/model/kubernetes.ts";
import { EXIT, EXIT_CODES } from "../src/node/exit-status.ts";
import { systemError } from "../src/node/file-error.ts";
import { VERSION } from "../src/version.ts";
import { CLUSTER_HELP, parseClusterConfig } from "./cluster/config.ts";
import { parseResealConfig, RESEAL_HELP } from "./jobs/reseal-config.ts";
import { HELP, parseConfig } from "./standalone/config.ts";
import { control } from "./standalone/control.ts";

/** `lacre sync` runs us under its own name. */
const PROGRAM = process.env["LACRE_PROGRAM"] ?? CONTROLLER;

function complain(message: string, hint: string | undefined): void {
  process.stderr.write(printableTalk(`${PROGRAM}: error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`));
}

/** The three ways to run. The Kubernetes client takes a second to load: only who needs it waits for it. */
const MODES = {
  standalone: { help: HELP, run: (args: readonly string[]) => control(parseConfig(args)) },
  cluster: {
    help: CLUSTER_HELP,
    run: async (args: readonly string[]) => {
      const config = parseClusterConfig(args);
      return (await import("./cluster/control.ts")).controlCluster(config);
    },
  },
  reseal: {
    help: RESEAL_HELP,
    run: async (args: readonly string[]) => {
      const config = parseResealConfig(args.slice(1));
      return (await import("./jobs/reseal.ts")).resealCluster(config);
    },
  },
} as const;

async function main(args: readonly string[]): Promise<number> {
  const mode = MODES[args[0] === "reseal" ? "reseal" : args.includes("--kubernetes") ? "cluster" : "standalone"];
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(mode.help);
    return 0;
  }
  if (args.includes("--version")) {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  try {
    return await mode.run(args);
  } catch (error) {
    const known = error instanceof LacreError ? error : systemError(error);
    if (known !== undefined) {
      complain(known.message, known.hint);
      return EXIT_CODES[known.code];
    }
    // A foreign message may quote anything: only its kind is told.
    const kind = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : typeof error);
    complain(`unexpected ${kind}`, "this is a bug in lacre; please report it, without any secret");
    return EXIT.bug;
  }
}

// Until it ends by itself, it has not: no await at the top, because the one executable is CommonJS.
process.exitCode = EXIT.bug;
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
