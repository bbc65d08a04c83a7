/** What needs a look: each key once, one worker a key, several keys at a time, and growing pauses for what failed. */

/** How it works. */
export type QueueOptions = {
  readonly concurrency: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Looks at one key. `retry` asks for another try after a pause. */
  readonly work: (key: string) => Promise<"done" | "retry">;
  /** Told what work threw, which only a mistake in the program does: the key is tried again, and nobody else notices. */
  readonly surprised?: (key: string, error: unknown) => void;
};

/** A work queue as controllers have it: level-driven, so a key is only a hint where to look. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  /** Asked for again while at work. */
  readonly #dirty = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #failures = new Map<string, number>();
  #isRunning = false;
  #idle: (() => void) | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys that wait for their next try. */
  get retrying(): number {
    return this.#failures.size;
  }

  add(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (this.#active.has(key)) this.#dirty.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  #addAfter(key: string, milliseconds: number): void {
    if (this.#waiting.has(key) || this.#timers.has(key)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.add(key);
    }, milliseconds);
    this.#timers.set(key, timer);
  }

  start(): void {
    this.#isRunning = true;
    this.#pump();
  }

  /** Takes nothing new, and ends when what is at work is done. What waits stays. */
  async pause(): Promise<void> {
    this.#isRunning = false;
    if (this.#active.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Forgets everything that waits. */
  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
    this.#failures.clear();
  }

  #pump(): void {
    while (this.#isRunning && this.#active.size < this.#options.concurrency) {
      const [key] = this.#waiting;
      if (key === undefined) return;
      this.#waiting.delete(key);
      this.#active.add(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    let result: "done" | "retry" = "retry";
    try {
      result = await this.#options.work(key);
    } catch (error) {
      this.#options.surprised?.(key, error);
    }
    this.#active.delete(key);
    this.#after(key, result);
  }

  #after(key: string, result: "done" | "retry"): void {
    if (result === "retry") {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      const growth = Math.min(this.#options.firstPauseMs * 2 ** failures, this.#options.longestPauseMs);
      // Jitter, so that what failed together does not come back together.
      this.#addAfter(key, growth * (0.75 + Math.random() / 2));
    } else this.#failures.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
    this.#pump();
    if (this.#active.size === 0) {
      this.#idle?.();
      this.#idle = undefined;
    }
  }
}
