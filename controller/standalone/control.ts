/** The running controller: wires source, target and keys, and runs passes until it is told to stop. */
import * as path from "node:path";
import { formatPassReport } from "../../src/model/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { statusOfProblems } from "../../src/node/exit-status.ts";
import { VERSION } from "../../src/version.ts";
import { describe, type Problem } from "../decide/problem.ts";
import { KeyFiles } from "../keys/key-files.ts";
import { StoreKeeper } from "../keys/store-keeper.ts";
import { Pause } from "../pause.ts";
import { SealersFile } from "../sealers-file.ts";
import { FileSource } from "../sources/file-source.ts";
import { startAnewAtExit } from "../start-anew.ts";
import { createLog } from "../telemetry/log.ts";
import { Reporter } from "../telemetry/reporter.ts";
import type { Config } from "./config.ts";
import { Memory } from "./memory.ts";
import { Passes } from "./pass.ts";
import type { PassResult } from "./pass-result.ts";
import { openState } from "./state.ts";

/** What --once prints: `lacre sync` and scripts read it. */
function printReport(result: PassResult): number {
  const status = statusOfProblems(result.problems);
  const written = result.writes.map(({ object }) => object);
  process.stdout.write(formatPassReport({ ...result, written, status }));
  return status;
}

/** Runs with a configuration until a signal, or once; the exit status. Throws LacreError for what must be mended first. */
export async function control(config: Config): Promise<number> {
  const log = createLog(config.logLevel);
  const engine = await loadEngine();
  const keeper = new StoreKeeper({
    engine,
    files: config.keyFiles,
    cluster: config.cluster,
    newKeys: config.newKeys,
    policy: config.keyPolicy,
    listFile: config.keyListFile,
    told: (message, details) => log.info(details, message),
  });
  keeper.create(new Date());
  keeper.keep(new Date());
  const keys = new KeyFiles(engine, config.keyFiles, config);
  const signatures = config.sealersFile === undefined ? undefined : new SealersFile(config.sealersFile);
  // Wrong keys at the start are a mistake to mend now; later they are a problem that leaves everything as it is.
  const keyIds = keys.current().keyring.keyIds();
  const target = config.target.open();
  const { defaultState } = config.target;
  const isInTarget = defaultState !== undefined && path.resolve(config.state) === path.resolve(defaultState);
  const state = await openState(config.state, isInTarget ? "" : target.name);
  process.once("exit", state.release);

  const pause = new Pause();
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      isStopping = true;
      pause.end();
    });
  }
  process.on("SIGHUP", () => pause.end());
  // Node would open its inspector on this signal, and with it the memory that holds the keys.
  process.on("SIGUSR1", () => undefined);

  const files = config.source.open(state.directory);
  const source = new FileSource(files, { namespace: config.namespace, sha256: engine.sha256 });
  const passes = new Passes({
    engine,
    source,
    target,
    keys,
    signatures,
    memory: new Memory(state.inventoryFile, source.name),
    allowEmpty: config.allowEmpty,
    acceptSuites: config.acceptSuites,
    acceptScopes: config.acceptScopes,
    isStopping: () => isStopping,
  });
  const reporter = new Reporter(log);
  try {
    if (config.once) {
      const report = await passes.pass();
      reporter.report(report);
      return printReport(report);
    }
    log.info({ version: VERSION, engine: engine.name, source: source.name, target: target.name, keyIds }, "started");
    await repeat(config, { passes, keeper, keys, signatures, reporter, pause, isStopping: () => isStopping });
    if (!isStopping && keys.gone.length > 0) {
      log.info({ keyIds: keys.gone }, "keys are destroyed: starting anew, so that they leave the memory");
      startAnewAtExit(() => isStopping);
      return 0;
    }
    log.info("stopped");
    return 0;
  } finally {
    source.close();
  }
}

type Loop = {
  readonly passes: Passes;
  readonly keeper: StoreKeeper;
  readonly keys: KeyFiles;
  readonly signatures: SealersFile | undefined;
  readonly reporter: Reporter;
  readonly pause: Pause;
  readonly isStopping: () => boolean;
};

/** Keys and sealers are looked after before each pass; what is wrong with them keeps nothing else from being done. */
function keepOwn({ keeper, signatures }: Loop): readonly Problem[] {
  const problems: Problem[] = [];
  try {
    keeper.keep(new Date());
  } catch (error) {
    problems.push({ subject: "keys", reason: "KeysNotKept", message: describe(error, "the keys cannot be kept") });
  }
  signatures?.refresh();
  if (signatures?.problem !== undefined) {
    problems.push({ subject: "sealers", reason: "SealersUnreadable", message: signatures.problem });
  }
  return problems;
}

async function repeat(config: Config, loop: Loop): Promise<void> {
  const { passes, keeper, keys, reporter, pause, isStopping } = loop;
  // A single pass serves nobody: prom-client and the server are not loaded for it.
  const { createMetrics } = await import("../telemetry/metrics.ts");
  const { serve } = await import("../http/server.ts");
  const metrics = createMetrics();
  let isReady = false;
  const server =
    config.listen &&
    (await serve(config.listen, { isReady: () => isReady, metrics: metrics.text, keys: () => keeper.published }));
  while (!isStopping() && keys.gone.length === 0) {
    const startedMs = performance.now();
    const ownProblems = keepOwn(loop);
    const passed = await passes.pass();
    const report = { ...passed, problems: [...ownProblems, ...passed.problems] };
    reporter.report(report);
    metrics.observePass(report, (performance.now() - startedMs) / 1000, new Date());
    isReady = report.sourceRead;
    if (!isStopping() && keys.gone.length === 0) await pause.wait(config.intervalMs);
  }
  server?.close();
  server?.closeAllConnections();
}
