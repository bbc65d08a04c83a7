/** What a killed process left in memory is removed by the next one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { withMemoryDirectory } from "../../../cli/files/memory-files.ts";
import { testContext } from "../../support/test-context.ts";

const CLI = path.join(import.meta.dirname, "../../../cli");

const runtime = () => fs.mkdtempSync("/dev/shm/runtime-");
const context = (directory: string) => testContext({ cwd: "/", env: { XDG_RUNTIME_DIR: directory } }).context;

/** A process that has a value in memory and waits. */
async function holder(directory: string) {
  const program = `import { withMemoryDirectory } from ${JSON.stringify(`${CLI}/files/memory-files.ts`)};
    import { processContext } from ${JSON.stringify(`${CLI}/terminal/process-context.ts`)};
    import { writeFileSync } from "node:fs";
    await withMemoryDirectory(processContext(), async (own) => {
      writeFileSync(own + "/KEY", "value", { mode: 0o400 });
      process.stdout.write("ready");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, XDG_RUNTIME_DIR: directory },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

describe("a file in memory", () => {
  it("of a process that was killed is removed at the next start, and that of a running one stays", async () => {
    const directory = runtime();
    const killed = await holder(directory);
    const running = await holder(directory);
    expect(fs.readdirSync(directory)).toHaveLength(2);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await withMemoryDirectory(context(directory), async () => {
      const names = fs.readdirSync(directory);
      expect(names.filter((name) => name.includes(`-${killed.pid}-`))).toEqual([]);
      expect(names.filter((name) => name.includes(`-${running.pid}-`))).toHaveLength(1);
    });
    running.kill("SIGTERM");
    await once(running, "exit");
    fs.rmSync(directory, { recursive: true });
  });

  it("of another process namespace, and a directory that is not ours, stay", async () => {
    const directory = runtime();
    const names = ["lacre-999999-1-1-abcdef", "lacre-notes"];
    for (const name of names) fs.mkdirSync(path.join(directory, name));
    await withMemoryDirectory(context(directory), async () => undefined);
    expect(fs.readdirSync(directory).sort()).toEqual(names);
    fs.rmSync(directory, { recursive: true });
  });
});
