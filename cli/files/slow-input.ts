/**
 * Reading what may never end, or never begin: a FIFO, a terminal, a device. A read that blocks would keep a signal from
 * being heard, so these are read as streams are; and no more than an input may hold.
 */
import * as fs from "node:fs";
import * as net from "node:net";
import * as tty from "node:tty";
import { LacreError } from "../../src/errors.ts";
import { MAX_INPUT_BYTES } from "../../src/model/index.ts";

function refuseLarge(bytes: number, shown: string): void {
  if (bytes <= MAX_INPUT_BYTES) return;
  throw new LacreError("INPUT_TOO_LARGE", `${shown} is over 256 MiB`, { hint: "split it, or name the right file" });
}

/** All that a stream gives. INPUT_TOO_LARGE as soon as it is more than an input may hold. */
export async function readStreamWhole(stream: AsyncIterable<Buffer>, shown: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    refuseLarge(bytes, shown);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function streamOf(descriptor: number, stat: fs.Stats): AsyncIterable<Buffer> {
  if (stat.isFIFO()) return new net.Socket({ fd: descriptor, readable: true, writable: false });
  if (tty.isatty(descriptor)) return new tty.ReadStream(descriptor);
  return fs.createReadStream("", { fd: descriptor });
}

/** The bytes of a file of any kind, by its absolute path. INPUT_TOO_LARGE, or the errors of the system. */
export async function readAnyFile(file: string, shown: string): Promise<Uint8Array> {
  // Without it, opening a FIFO waits until somebody writes.
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  const stat = fs.fstatSync(descriptor);
  if (!stat.isFile() && !stat.isDirectory()) return readStreamWhole(streamOf(descriptor, stat), shown);
  try {
    refuseLarge(stat.size, shown);
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
