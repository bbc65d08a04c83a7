/** Which process: alive, gone, or one of which nothing can be seen here. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isRunning, startOf, thisProcess } from "../../../src/node/process-identity.ts";

describe("a process", () => {
  const self = thisProcess();

  it("that asks is the same each time, and runs", () => {
    expect(thisProcess()).toEqual(self);
    expect([self.pid, isRunning(self), startOf(self.pid)]).toEqual([process.pid, true, self.start]);
  });

  it("with the number of one that runs and another beginning is gone: the number was given out again", () => {
    expect(isRunning({ ...self, start: "1" })).toBe(false);
  });

  it("that ended runs no more, also before anybody waited for it", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const pid = child.pid as number;
    const other = { ...self, pid, start: startOf(pid) ?? "" };
    expect(isRunning(other)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isRunning(other)).toBe(false);
  });

  it("of another boot or namespace cannot be seen: that is neither alive nor dead", () => {
    expect(isRunning({ ...self, boot: "another" })).toBeUndefined();
    expect(isRunning({ ...self, namespace: "1" })).toBeUndefined();
  });

  it("that never was has no beginning", () => {
    expect(startOf(2 ** 22 + 1)).toBeUndefined();
  });
});
