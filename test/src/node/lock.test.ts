/** A lock ends with its holder, and with nothing else. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { tryLock } from "../../../src/node/lock.ts";

const MODULE = path.join(import.meta.dirname, "../../../src/node/lock.ts");
const place = (name = "lock") => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-lock-")), name);
const canUnshare = spawnSync("sh", ["-c", "unshare --pid --net --fork true"]).status === 0;

async function holder(file: string, prefix: readonly string[] = []) {
  const program = `import { tryLock } from ${JSON.stringify(MODULE)};
    console.log(typeof (await tryLock(${JSON.stringify(file)})));
    setTimeout(() => {}, 60_000);`;
  const [command = "", ...args] = [...prefix, process.execPath, "--input-type=module", "-e", program];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString().trim()).toBe("function");
  return child;
}

describe("a lock", () => {
  it("is held by one, named to the other, and free when it is released", async () => {
    const file = place();
    const release = await tryLock(file);
    expect(await tryLock(file)).toMatchObject({ pid: process.pid, host: os.hostname() });
    (release as () => void)();
    const again = await tryLock(file);
    expect(typeof again).toBe("function");
    (again as () => void)();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it("is free when its holder was killed", async () => {
    const file = place();
    const child = await holder(file);
    expect(await tryLock(file)).toMatchObject({ pid: child.pid });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(typeof (await tryLock(file))).toBe("function");
  });

  it.runIf(canUnshare)("is seen from other process and network namespaces", async () => {
    const file = place();
    const child = await holder(file, ["unshare", "--pid", "--net", "--fork", "--kill-child"]);
    expect(await tryLock(file)).toMatchObject({ host: os.hostname() });
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(async () => typeof (await tryLock(file)), { timeout: 5_000 }).toBe("function");
  });

  it.each(["", "{", "12345", "boot 1"])(
    "that is half-made or of an earlier version blocks nobody: %j",
    async (text) => {
      const file = place();
      fs.writeFileSync(file, text);
      expect(typeof (await tryLock(file))).toBe("function");
    },
  );

  it("of another host holds as long as its heart beats", async () => {
    const file = place();
    fs.writeFileSync(file, JSON.stringify({ id: "0123456789abcdef", pid: 1, host: "elsewhere", boot: "other" }));
    expect(await tryLock(file)).toMatchObject({ host: "elsewhere" });
    fs.utimesSync(file, new Date(0), new Date(0));
    expect(typeof (await tryLock(file))).toBe("function");
  });

  it("is taken below a directory with a long name, and by one of many at a time", async () => {
    const file = path.join(place("x".repeat(200)), "lock");
    fs.mkdirSync(path.dirname(file));
    fs.writeFileSync(file, "");
    const taken = await Promise.all(Array.from({ length: 20 }, () => tryLock(file)));
    expect(taken.filter((one) => typeof one === "function")).toHaveLength(1);
  });
});
