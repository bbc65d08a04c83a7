/** Judges many items on all cores. Small repositories are done before a second thread has started, so they get none. */
import * as os from "node:os";
import { Worker } from "node:worker_threads";
import { LacreError } from "../../src/errors.ts";
import type { ThreadCode } from "../../src/node/program.ts";
import type { CommandContext } from "../context.ts";
import { createJudge, type VerifyItem, type VerifyOutcome, type VerifySettings } from "./verify-items.ts";

const ITEMS_WORTH_THREADS = 2_000;
const BATCH_ITEMS = 64;
/** Two batches for each thread: one it works on, and one that waits for it. */
const BATCHES_AHEAD = 2;

/** Gives every outcome to `take`, in any order. */
export async function judgeItems(
  { program }: CommandContext,
  items: AsyncIterable<VerifyItem>,
  count: number,
  settings: VerifySettings,
  take: (outcome: VerifyOutcome) => void,
): Promise<void> {
  const threads = os.availableParallelism();
  if (count < ITEMS_WORTH_THREADS || threads < 2) {
    const judge = await createJudge(settings);
    for await (const item of items) take(judge(item));
    return;
  }
  const pool = new Pool(program.verifyThread(), Math.min(threads, 8), settings, take);
  try {
    let batch: VerifyItem[] = [];
    for await (const item of items) {
      batch.push(item);
      if (batch.length < BATCH_ITEMS) continue;
      await pool.give(batch);
      batch = [];
    }
    await pool.give(batch);
    await pool.finish();
  } finally {
    await pool.close();
  }
}

type Thread = { readonly worker: Worker; waiting: number };

/** The threads, and how many batches each still has. */
class Pool {
  readonly #threads: readonly Thread[];
  readonly #take: (outcome: VerifyOutcome) => void;
  #changed: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(code: ThreadCode, size: number, settings: VerifySettings, take: (outcome: VerifyOutcome) => void) {
    this.#take = take;
    const [source, options] = code.kind === "file" ? [code.file, {}] : [code.text, { eval: true }];
    const make = () => new Worker(source, { ...options, workerData: settings });
    this.#threads = Array.from({ length: size }, () => this.#start(make()));
  }

  #start(worker: Worker): Thread {
    const thread = { worker, waiting: 0 };
    worker.on("message", (outcomes: readonly VerifyOutcome[]) => {
      thread.waiting--;
      for (const outcome of outcomes) this.#take(outcome);
      this.#changed();
    });
    worker.on("error", (error) => {
      this.#failure = error;
      this.#changed();
    });
    return thread;
  }

  async #until(isReached: () => boolean): Promise<void> {
    while (!isReached()) {
      // A thread that died took files with it that nobody has judged: that is never clean.
      if (this.#failure !== undefined)
        throw new LacreError("CHECK_FAILED", "a thread of verify ended early", {
          hint: "run it again; if it happens again, it is a bug",
          cause: this.#failure,
        });
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async give(batch: readonly VerifyItem[]): Promise<void> {
    if (batch.length === 0) return;
    const idle = () => this.#threads.find(({ waiting }) => waiting < BATCHES_AHEAD);
    await this.#until(() => idle() !== undefined);
    const thread = [...this.#threads].sort((a, b) => a.waiting - b.waiting)[0] as Thread;
    thread.waiting++;
    thread.worker.postMessage(batch);
  }

  async finish(): Promise<void> {
    await this.#until(() => this.#threads.every(({ waiting }) => waiting === 0));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}
