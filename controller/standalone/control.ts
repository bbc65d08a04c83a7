/** The running controller: wires source, target and keys, and runs passes until it is told to stop. */
import * as path from "node:path";
import { formatPassReport } from "../../src/model/index.ts";
import { loadEngine } from "../../src/node/engine.ts";
import { statusOfProblems } from "../../src/node/exit-status.ts";
import { VERSION } from "../../src/version.ts";
import type { Problem } from "../decide/problem.ts";
import { KeyFiles } from "../keys/key-files.ts";
import { StoreKeeper } from "../keys/store-keeper.ts";
import { Pause } from "../pause.ts";
import { SealersFile } from "../sealers-file.ts";
import { directorySource } from "../sources/directory.ts";
import { gitSource } from "../sources/git.ts";
import type { Source } from "../sources/source.ts";
import { startAnewAtExit } from "../start-anew.ts";
import { directoryTarget } from "../targets/directory.ts";
import { createLog } from "../telemetry/log.ts";
import { Reporter } from "../telemetry/reporter.ts";
import type { Config } from "./config.ts";
import { takeLock } from "./lock.ts";
import { Reconciler } from "./pass.ts";
import { describe, type PassResult } from "./pass-result.ts";

/** Our own files in the target: no namespace starts with dots. */
const STATE = "..lacre";

function createSource(config: Config, state: string): Source {
  if (config.source.kind === "directory") return directorySource(config.source.path);
  const { url, branch, allowedSigners, acceptCommit } = config.source;
  const clone = path.join(state, "git");
  if (allowedSigners === undefined) return gitSource(process.env, url, branch, clone);
  return gitSource(process.env, url, branch, clone, {
    allowedSigners,
    acceptCommit,
    acceptedFile: path.join(state, "accepted.json"),
  });
}

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
  const target = directoryTarget(config.target.path, config.fileMode);
  const state = path.join(config.target.path, STATE);
  process.once("exit", await takeLock(path.join(state, "lock")));

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

  const source = createSource(config, state);
  const reconciler = new Reconciler({
    engine,
    source,
    target,
    keys,
    signatures,
    inventoryFile: path.join(state, "inventory.json"),
    namespace: config.namespace,
    allowEmpty: config.allowEmpty,
    acceptSuites: config.acceptSuites,
    adopt: config.adopt,
    acceptScopes: config.acceptScopes,
    isStopping: () => isStopping,
  });
  const reporter = new Reporter(log);
  try {
    if (config.once) {
      const report = await reconciler.pass();
      reporter.report(report);
      return printReport(report);
    }
    log.info({ version: VERSION, engine: engine.name, source: source.name, target: target.name, keyIds }, "started");
    await repeat(config, { reconciler, keeper, keys, signatures, reporter, pause, isStopping: () => isStopping });
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
  readonly reconciler: Reconciler;
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
  const { reconciler, keeper, keys, reporter, pause, isStopping } = loop;
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
    const passed = await reconciler.pass();
    const report = { ...passed, problems: [...ownProblems, ...passed.problems] };
    reporter.report(report);
    metrics.observePass(report, (performance.now() - startedMs) / 1000, new Date());
    isReady = report.sourceRead;
    if (!isStopping() && keys.gone.length === 0) await pause.wait(config.intervalMs);
  }
  server?.close();
  server?.closeAllConnections();
}
