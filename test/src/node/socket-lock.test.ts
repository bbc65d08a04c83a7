/** A lock ends with its holder, and with nothing else. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { trySocketLock } from "../../../src/node/socket-lock.ts";

const MODULE = path.join(import.meta.dirname, "../../../src/node/socket-lock.ts");
const place = (name = "lock") => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-lock-")), name);
const canUnshare = spawnSync("sh", ["-c", "unshare --pid --net --fork true"]).status === 0;

async function holder(file: string, prefix: readonly string[] = []) {
  const program = `import { trySocketLock } from ${JSON.stringify(MODULE)};
    console.log((await trySocketLock(${JSON.stringify(file)})).ok);
    setTimeout(() => {}, 60_000);`;
  const [command = "", ...args] = [...prefix, process.execPath, "--input-type=module", "-e", program];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString().trim()).toBe("true");
  return child;
}

describe("a lock", () => {
  it("is held by one, named to the other, and free when it is released", async () => {
    const file = place();
    const first = await trySocketLock(file);
    expect(await trySocketLock(file)).toMatchObject({ ok: false, holder: { pid: process.pid, host: os.hostname() } });
    if (first.ok) first.release();
    const again = await trySocketLock(file);
    expect(again.ok).toBe(true);
    if (again.ok) again.release();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it("is free when its holder was killed", async () => {
    const file = place();
    const child = await holder(file);
    expect(await trySocketLock(file)).toMatchObject({ ok: false, holder: { pid: child.pid } });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await trySocketLock(file)).ok).toBe(true);
  });

  it.runIf(canUnshare)("is seen from other process and network namespaces", async () => {
    const file = place();
    const child = await holder(file, ["unshare", "--pid", "--net", "--fork", "--kill-child"]);
    expect(await trySocketLock(file)).toMatchObject({ ok: false, holder: { host: os.hostname() } });
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(async () => (await trySocketLock(file)).ok, { timeout: 5_000 }).toBe(true);
  });

  it.each(["", "{", "12345", "boot 1"])(
    "that is half-made or of an earlier version blocks nobody: %j",
    async (text) => {
      const file = place();
      fs.writeFileSync(file, text);
      expect((await trySocketLock(file)).ok).toBe(true);
    },
  );

  it("of another host holds as long as its heart beats", async () => {
    const file = place();
    fs.writeFileSync(file, JSON.stringify({ id: "0123456789abcdef", pid: 1, host: "elsewhere", boot: "other" }));
    expect(await trySocketLock(file)).toMatchObject({ ok: false, holder: { host: "elsewhere" } });
    fs.utimesSync(file, new Date(0), new Date(0));
    expect((await trySocketLock(file)).ok).toBe(true);
  });

  it("is taken below a directory with a long name, and by one of many at a time", async () => {
    const file = path.join(place("x".repeat(200)), "lock");
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, "");
    const taken = await Promise.all(Array.from({ length: 20 }, () => trySocketLock(file)));
    expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
  });
});
