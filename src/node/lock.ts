/**
 * A lock that ends with its holder. The holder listens on a Unix socket beside the file: the kernel closes it whatever
 * ends the process, and it answers across process and network namespaces. For other hosts the file's time is renewed.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";

/** Who holds a lock. */
export type Holder = { readonly id: string; readonly pid: number; readonly host: string; readonly boot: string };

const HEARTBEAT_MS = 10_000;
/** A holder on another host that was not heard of for so long is gone. */
const SILENT_MS = 60_000;
const ATTEMPTS = 5;

function socketOf(directory: number | string, id: string): string {
  // The path of a socket may have about 107 bytes only.
  const short = typeof directory === "string" ? directory : `/proc/self/fd/${directory}`;
  return `${short}/.lacre-${id}.sock`;
}

function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(fs.readFileSync(file, "utf8")) as Holder;
    return /^[0-9a-f]{16}$/.test(holder.id) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    // Another reason, as a missing right, is no proof that nobody is there.
    connection.once("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT"),
    );
  });
}

async function isHeld(file: string, holder: Holder, self: Holder, directory: number | string): Promise<boolean> {
  if (await answers(socketOf(directory, holder.id))) return true;
  if (holder.boot === self.boot || holder.host === self.host) return false;
  const heardMs = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - heardMs < SILENT_MS;
}

/** Takes a dead lock away. Where another process was faster, its lock is put back. */
function breakLock(file: string, id: string | undefined): void {
  const aside = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    fs.renameSync(file, aside);
    if (readHolder(aside)?.id !== id) fs.linkSync(aside, file);
    else if (id !== undefined) fs.rmSync(socketOf(path.dirname(file), id), { force: true });
  } catch {
    // Somebody else took it away.
  }
  fs.rmSync(aside, { force: true });
}

/** Makes the lock at once with what is in it, so that nobody sees a half-made one. */
function publish(file: string, self: Holder): boolean {
  const temporary = `${file}.${self.id}`;
  try {
    fs.writeFileSync(temporary, JSON.stringify(self), { flag: "wx", mode: 0o600 });
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function listen(server: net.Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
}

/** Takes a lock and gives the way to release it, or who holds it. Throws the errors of the system. */
export async function tryLock(file: string, boot: string): Promise<(() => void) | Holder> {
  const self = { id: randomBytes(8).toString("hex"), pid: process.pid, host: os.hostname(), boot };
  const descriptor = process.platform === "linux" ? fs.openSync(path.dirname(file), "r") : undefined;
  const directory = descriptor ?? path.dirname(file);
  const server = net.createServer((connection) => connection.destroy()).unref();
  let heartbeat: NodeJS.Timeout | undefined;
  const release = () => {
    clearInterval(heartbeat);
    if (readHolder(file)?.id === self.id) fs.rmSync(file, { force: true });
    fs.rmSync(socketOf(path.dirname(file), self.id), { force: true });
    server.close();
    if (descriptor !== undefined) fs.closeSync(descriptor);
  };
  try {
    await listen(server, socketOf(directory, self.id));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (publish(file, self)) {
        heartbeat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => undefined), HEARTBEAT_MS).unref();
        return release;
      }
      const holder = readHolder(file);
      if (holder !== undefined && (await isHeld(file, holder, self, directory))) {
        release();
        return holder;
      }
      breakLock(file, holder?.id);
    }
  } catch (error) {
    release();
    throw error;
  }
  release();
  return readHolder(file) ?? self;
}
