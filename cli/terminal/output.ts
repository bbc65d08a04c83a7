/** Writing a result to a stream: all of it, before a command ends, and with one clear error. */
import { LacreError } from "../../src/errors.ts";

function outputError(error: NodeJS.ErrnoException): LacreError {
  const closed = error.code === "EPIPE";
  return new LacreError(
    "OUTPUT_FAILED",
    closed ? "the reader of the output has gone" : "standard output cannot be written",
    {
      hint: closed ? "let the next command read to the end, or write to a file" : "is the disk full?",
      cause: error,
    },
  );
}

function write(stream: NodeJS.WritableStream, result: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(result, (error) => {
      if (!error) resolve();
      else reject(outputError(error));
    });
  });
}

// A stream turns a string into bytes as a whole: in slices, a large result is never in memory twice.
const SLICE_CHARACTERS = 1 << 20;

/** Writes a result to the end. OUTPUT_FAILED when it cannot be, or when nobody reads it. */
export async function writeOutput(stream: NodeJS.WritableStream, result: string | Uint8Array): Promise<void> {
  if (typeof result !== "string") return write(stream, result);
  for (let at = 0; at < result.length; ) {
    // Never between the two halves of one character.
    const end = at + SLICE_CHARACTERS;
    const isSplit = /[\ud800-\udbff]/.test(result[end - 1] ?? "");
    const next = isSplit ? end + 1 : end;
    await write(stream, result.slice(at, next));
    at = next;
  }
}
