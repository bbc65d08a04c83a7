import { afterEach, describe, expect, it, vi } from "vitest";
import { Queue } from "../../../controller/cluster/queue.ts";

type Result = "done" | "retry";

function queue(work: (key: string) => Promise<Result>, concurrency = 2): Queue {
  return new Queue({ concurrency, firstPauseMs: 100, longestPauseMs: 1_000, work });
}

afterEach(() => vi.useRealTimers());

describe("the queue", () => {
  it("works on one key once at a time, and once more when it was asked for meanwhile", async () => {
    let active = 0;
    let most = 0;
    let count = 0;
    const one = queue(async () => {
      most = Math.max(most, ++active);
      count++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      active--;
      return "done";
    });
    one.start();
    for (let i = 0; i < 10; i++) one.add("a");
    await vi.waitFor(() => expect(count).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([most, count]).toEqual([1, 2]);
  });

  it("works on several keys at once, no more than it may", async () => {
    let active = 0;
    let most = 0;
    const done: string[] = [];
    const one = queue(async (key) => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 2));
      active--;
      done.push(key);
      return "done";
    }, 4);
    for (let i = 0; i < 20; i++) one.add(String(i));
    expect(one.depth).toBe(20);
    one.start();
    await vi.waitFor(() => expect(done).toHaveLength(20));
    expect(most).toBe(4);
  });

  it("tries again after pauses that grow to a limit, for ever, and starts over after a success", async () => {
    vi.useFakeTimers();
    const at: number[] = [];
    let result: Result = "retry";
    const one = queue(async () => {
      at.push(Date.now());
      return result;
    });
    one.start();
    one.add("a");
    await vi.advanceTimersByTimeAsync(20_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] as number));
    expect(pauses.length).toBeGreaterThan(15);
    expect(pauses[0]).toBeLessThanOrEqual(125);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_250);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(750);
    // Jitter: what failed together does not come back together.
    expect(new Set(pauses.slice(-8)).size).toBeGreaterThan(1);
    expect(one.retrying).toBe(1);
    result = "done";
    await vi.advanceTimersByTimeAsync(2_000);
    expect(one.retrying).toBe(0);
  });

  it("a key that fails holds up nobody, and being asked for ends its pause", async () => {
    vi.useFakeTimers();
    const seen: string[] = [];
    const one = queue(async (key) => {
      seen.push(key);
      return key === "bad" ? "retry" : "done";
    }, 1);
    one.start();
    one.add("bad");
    one.add("good");
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(["bad", "good"]);
    one.add("bad");
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(["bad", "good", "bad"]);
  });

  it("pausing waits for what is at work and takes nothing new", async () => {
    const done: string[] = [];
    const one = queue(async (key) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      done.push(key);
      return "done";
    }, 1);
    one.add("a");
    one.add("b");
    one.start();
    await one.pause();
    expect([done, one.depth]).toEqual([["a"], 1]);
    one.start();
    await vi.waitFor(() => expect(done).toEqual(["a", "b"]));
  });

  it("work that throws is tried again", async () => {
    vi.useFakeTimers();
    let count = 0;
    const one = queue(async () => {
      count++;
      if (count < 3) throw new Error("unexpected");
      return "done";
    });
    one.start();
    one.add("a");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(count).toBe(3);
  });
});
