/** The running controller in a cluster, from its start to a signal. */
import { loadEngine } from "../../src/node/engine.ts";
import { VERSION } from "../../src/version.ts";
import { createLog } from "../telemetry/log.ts";
import { createTracer } from "../telemetry/tracer.ts";
import { Cluster } from "./cluster.ts";
import type { ClusterConfig } from "./config.ts";

/** Runs with a configuration until a signal; the exit status. Throws LacreError for what must be mended first. */
export async function controlCluster(config: ClusterConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const engine = await loadEngine();
  if (config.backupRecipients.length > 0) {
    const { checkRecipient } = await import("../../src/backup/index.ts");
    for (const recipient of config.backupRecipients) checkRecipient(recipient);
  }
  const tracer = await createTracer(process.env);
  const cluster = new Cluster(config, log, engine, tracer);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => cluster.end());
  process.on("SIGHUP", () => cluster.relist());
  // Node would open its inspector on this signal, and with it the memory that holds the keys.
  process.on("SIGUSR1", () => undefined);
  const { namespaces, keyNamespace, identity } = config;
  log.info({ version: VERSION, engine: engine.name, namespaces, keyNamespace, identity }, "started");
  await cluster.run();
  await tracer.close();
  log.info("stopped");
  return 0;
}
