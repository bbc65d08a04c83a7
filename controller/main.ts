#!/usr/bin/env node
/** The `lacre-controller` command: its arguments in, its exit status out. */
import { LacreError, VERSION } from "../src/index.ts";
import { CLUSTER_HELP, parseClusterConfig } from "./cluster-config.ts";
import { HELP, parseConfig } from "./config.ts";
import { control } from "./control.ts";
import { statusOfError } from "./exit-status.ts";

const STATUS_OF_A_BUG = 70;

/** `lacre sync` runs us under its own name. */
const PROGRAM = process.env["LACRE_PROGRAM"] ?? "lacre-controller";

function complain(message: string, hint: string | undefined): void {
  process.stderr.write(`${PROGRAM}: error: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
}

async function main(args: readonly string[]): Promise<number> {
  const isCluster = args.includes("--kubernetes");
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(isCluster ? CLUSTER_HELP : HELP);
    return 0;
  }
  if (args.includes("--version")) {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  try {
    if (!isCluster) return await control(parseConfig(args));
    const config = parseClusterConfig(args);
    // The Kubernetes client takes a second to load: nobody else waits for it.
    return await (await import("./cluster.ts")).controlCluster(config);
  } catch (error) {
    if (error instanceof LacreError) {
      complain(error.message, error.hint);
      return statusOfError(error.code);
    }
    // A foreign message may quote anything: only its kind is told.
    const kind = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : typeof error);
    complain(`unexpected ${kind}`, "this is a bug in lacre; please report it, without any secret");
    return STATUS_OF_A_BUG;
  }
}

process.exitCode = await main(process.argv.slice(2));
