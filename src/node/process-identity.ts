/** Which process: its number alone is given out again, and means another one in each process namespace. */
import * as fs from "node:fs";
import * as os from "node:os";

/** One process of one boot of one machine. Where the system tells no boot, namespace or start, they are "". */
export type ProcessIdentity = {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  readonly namespace: string;
  /** When it began, in ticks since the start of the machine. */
  readonly start: string;
};

function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

/** This boot of the machine; "" where the system does not tell. The same in all containers of a machine. */
export function bootId(): string {
  return read("/proc/sys/kernel/random/boot_id");
}

/** The namespace in which process numbers mean something here. */
export function processNamespace(): string {
  try {
    return /\d+/.exec(fs.readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
  } catch {
    return "";
  }
}

/** When a process of this namespace began; undefined when there is none, or none that we may see. "" for one that has ended. */
export function startOf(pid: number | "self"): string | undefined {
  // The name of the program, in brackets, may hold anything.
  const fields = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  // One that nobody waited for has ended all the same.
  return fields[0] === "Z" || fields[0] === "X" ? "" : fields[19];
}

/** The process that asks. */
export function thisProcess(): ProcessIdentity {
  const start = startOf("self") ?? "";
  return { pid: process.pid, host: os.hostname(), boot: bootId(), namespace: processNamespace(), start };
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process runs; undefined for one of another machine, boot or namespace, of which nothing can be seen here. */
export function isRunning(one: ProcessIdentity): boolean | undefined {
  const self = thisProcess();
  if (one.boot !== self.boot || one.namespace !== self.namespace) return undefined;
  if (self.boot === "" && one.host !== self.host) return undefined;
  return startOf(one.pid) === undefined ? takesSignals(one.pid) : startOf(one.pid) === one.start;
}
