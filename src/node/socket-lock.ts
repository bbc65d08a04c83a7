/**
 * A lock that ends with its holder. The holder listens on a Unix socket beside the file: the kernel closes it whatever
 * ends the process, and it answers across process and network namespaces. For other hosts the file's time is renewed.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { beat, breakLock, type Holder, publishLock, readHolder, silenceOf, type Taken } from "./lock-file.ts";
import { thisProcess } from "./process-identity.ts";

const HEARTBEAT_MS = 10_000;
/** A holder on another host that was not heard of for so long is gone. */
const SILENT_MS = 60_000;
const ATTEMPTS = 5;

function socketOf(directory: number | string, id: string): string {
  // The path of a socket may have about 107 bytes only.
  const short = typeof directory === "string" ? directory : `/proc/self/fd/${directory}`;
  return `${short}/.lacre-${id}.sock`;
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
  const isSameMachine = holder.host === self.host || (holder.boot !== "" && holder.boot === self.boot);
  if (isSameMachine) return false;
  return silenceOf(file) < SILENT_MS;
}

function listen(server: net.Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
}

/** Takes a lock, until it is released or the process ends. Throws the errors of the system. */
export async function trySocketLock(file: string): Promise<Taken> {
  const self = { id: randomBytes(8).toString("hex"), ...thisProcess() };
  const descriptor = process.platform === "linux" ? fs.openSync(path.dirname(file), "r") : undefined;
  const directory = descriptor ?? path.dirname(file);
  const server = net.createServer((connection) => connection.destroy()).unref();
  let heartbeat: NodeJS.Timeout | undefined;
  let lock: number | undefined;
  const release = () => {
    clearInterval(heartbeat);
    if (lock !== undefined) fs.closeSync(lock);
    if (readHolder(file)?.id === self.id) fs.rmSync(file, { force: true });
    fs.rmSync(socketOf(path.dirname(file), self.id), { force: true });
    server.close();
    if (descriptor !== undefined) fs.closeSync(descriptor);
  };
  try {
    await listen(server, socketOf(directory, self.id));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const made = publishLock(file, self);
      if (made !== undefined) {
        lock = made;
        heartbeat = setInterval(() => beat(made), HEARTBEAT_MS).unref();
        return { ok: true, release };
      }
      const holder = readHolder(file);
      if (holder !== undefined && (await isHeld(file, holder, self, directory))) {
        release();
        return { ok: false, holder };
      }
      breakLock(file, holder?.id);
      if (holder !== undefined) fs.rmSync(socketOf(path.dirname(file), holder.id), { force: true });
    }
  } catch (error) {
    release();
    throw error;
  }
  release();
  return { ok: false, holder: readHolder(file) };
}
