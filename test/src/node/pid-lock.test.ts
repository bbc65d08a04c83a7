/** The lock of what is changed within a moment: a dead one never blocks, and a living one is never broken. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Taken } from "../../../src/node/lock-file.ts";
import { pidLockOf, tryPidLock } from "../../../src/node/pid-lock.ts";
import { thisProcess } from "../../../src/node/process-identity.ts";
import { Workspace } from "../../support/workspace.ts";

const MODULE = path.join(import.meta.dirname, "../../../src/node/pid-lock.ts");
const UNSHARE = ["unshare", "--pid", "--mount-proc", "--fork", "--kill-child"];
const canUnshare = spawnSync("sh", ["-c", `${UNSHARE.join(" ")} true`]).status === 0;
const place = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-pid-lock-")), "file");
const age = (file: string, seconds: number) => {
  const then = new Date(Date.now() - seconds * 1000);
  fs.utimesSync(pidLockOf(file), then, then);
};

const held: Taken[] = [];
afterEach(() => {
  for (const taken of held.splice(0)) if (taken.ok) taken.release();
});

/** Whether the lock was free; it is taken then. */
function isFree(file: string): boolean {
  const taken = tryPidLock(file);
  held.push(taken);
  return taken.ok;
}

/** A process that takes the lock, says whether it got it, and stays until it is told to go. */
async function taker(file: string, prefix: readonly string[] = []) {
  const program = `import { tryPidLock } from ${JSON.stringify(MODULE)};
    console.log(tryPidLock(${JSON.stringify(file)}).ok);
    process.once("SIGTERM", () => process.exit());
    setTimeout(() => process.exit(), 60_000);`;
  const [command = "", ...args] = [...prefix, process.execPath, "--input-type=module", "-e", program];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, got: said.toString().trim() };
}

async function kill({ child }: Awaited<ReturnType<typeof taker>>): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("the lock of a file", () => {
  it("is held by one, who is named to others, and leaves nothing when it is released", () => {
    const file = place();
    expect(isFree(file)).toBe(true);
    expect(tryPidLock(file)).toMatchObject({ ok: false, holder: { pid: process.pid, host: os.hostname() } });
    for (const taken of held.splice(0)) if (taken.ok) taken.release();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it("of a process that was killed is free at once", async () => {
    const file = place();
    const other = await taker(file);
    expect([other.got, isFree(file)]).toEqual(["true", false]);
    await kill(other);
    expect(isFree(file)).toBe(true);
  });

  it("whose process number was given to another process is free, though that one runs", () => {
    const file = place();
    const lock = { id: "0123456789abcdef", ...thisProcess(), start: "1" };
    fs.writeFileSync(pidLockOf(file), JSON.stringify(lock));
    expect(isFree(file)).toBe(true);
  });

  it.runIf(canUnshare)("in another process namespace is held while its holder lives", async () => {
    const file = place();
    const other = await taker(file, UNSHARE);
    expect([other.got, isFree(file)]).toEqual(["true", false]);
    age(file, 60);
    // The holder shows that it lives.
    await expect.poll(() => Date.now() - fs.statSync(pidLockOf(file)).mtimeMs, { timeout: 5_000 }).toBeLessThan(5_000);
    expect(isFree(file)).toBe(false);
    await kill(other);
    age(file, 11);
    expect(isFree(file)).toBe(true);
  });

  it.runIf(canUnshare)("is not broken from another process namespace, where its process cannot be seen", async () => {
    const file = place();
    expect(isFree(file)).toBe(true);
    const other = await taker(file, UNSHARE);
    expect(other.got).toBe("false");
    await kill(other);
  });

  it.each(["", "{", "12345", "{}"])("that is half-made is waited for, for a second: %j", (text) => {
    const file = place();
    fs.writeFileSync(pidLockOf(file), text);
    expect(isFree(file)).toBe(false);
    age(file, 2);
    expect(isFree(file)).toBe(true);
    age(file, -3600);
    expect(isFree(file)).toBe(false);
  });

  it("with a time ahead of ours blocks no longer than one that is old", () => {
    const file = place();
    fs.writeFileSync(pidLockOf(file), "");
    age(file, -3600);
    expect(isFree(file)).toBe(true);
  });

  it("is one, by whatever name the file is called", () => {
    const file = place();
    fs.writeFileSync(file, "");
    const link = path.join(path.dirname(file), "link");
    fs.symlinkSync("file", link);
    expect([isFree(file), isFree(link)]).toEqual([true, false]);
  });

  it("is not released by one whose lock was broken", () => {
    const file = place();
    const first = tryPidLock(file);
    fs.rmSync(pidLockOf(file));
    expect(isFree(file)).toBe(true);
    if (first.ok) first.release();
    expect(fs.existsSync(pidLockOf(file))).toBe(true);
  });
});

describe("who waits for a lock", () => {
  it("is told on a terminal for whom and for what, and goes on when it is free", async () => {
    const at = new Workspace();
    await at.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.store"]);
    const { child } = await taker(at.file("prod.store"));
    // The holder goes once the screen shows that it is waited for.
    const screen = at.sh(`script -qefc "$LACRE keys rotate -k prod.store" screen >/dev/null &
      for _ in $(seq 600); do grep -qs "waiting for" screen && break; sleep 0.05; done
      kill ${child.pid}; wait; cat screen; rm screen`).stdout;
    expect(screen).toContain(`waiting for another lacre (process ${child.pid} on ${os.hostname()}) that writes`);
    expect(at.read("prod.store")).toContain("decrypt-only");
    expect(fs.readdirSync(at.path).filter((name) => name.includes("lock"))).toEqual([]);
  });
});
