/** A thread of `lacre verify`: batches of items in, their outcomes out. */
import { parentPort, workerData } from "node:worker_threads";
import { createJudge, type VerifyItem, type VerifySettings } from "./verify-items.ts";

const judging = createJudge(workerData as VerifySettings);
parentPort?.on("message", async (batch: readonly VerifyItem[]) => {
  const judge = await judging;
  parentPort?.postMessage(batch.map(judge));
});
