/** Blobs through one git, in a row and one by one. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { gitIn } from "../../../src/node/git.ts";
import { BlobReader, readBlobs } from "../../../src/node/git-blobs.ts";
import { Workspace } from "../../support/workspace.ts";

const MISSING = "0123456789012345678901234567890123456789";

function repository(...texts: readonly string[]) {
  const at = new Workspace();
  at.git("init", "-q");
  const oids = texts.map((text, index) => {
    at.write(`file${index}`, text);
    return at.git("hash-object", "-w", `file${index}`).stdout.trim();
  });
  return { at, oids, git: gitIn(at.path, at.env, "here") };
}

const large = "x".repeat(300_000);

describe("blobs", () => {
  it("in a row come in their order; one that is missing or over the limit has no bytes", async () => {
    const { git, oids } = repository("one", "", large, "four");
    const found: unknown[] = [];
    for await (const { bytes } of readBlobs(git, [...oids, MISSING], 1_000, "GIT_FAILED"))
      found.push(bytes?.toString());
    expect(found).toEqual(["one", "", undefined, "four", undefined]);
  });

  it("that are none ask nobody", async () => {
    const { git } = repository();
    for await (const _ of readBlobs({ ...git, env: { PATH: "/nonexistent" } }, [], 1, "GIT_FAILED"))
      expect.unreachable();
  });

  it("of which git gives no more are the error that the caller chose, and never an end", async () => {
    const { git, oids } = repository("one");
    for (const code of ["GIT_FAILED", "SOURCE_FAILED"] as const) {
      const read = async () => {
        for await (const _ of readBlobs({ ...git, env: { PATH: "/nonexistent" } }, oids, 1, code));
      };
      await expect(read()).rejects.toMatchObject({ code });
    }
  });

  it("are read as they are asked for, many at once, whatever their size", async () => {
    const { git, oids } = repository("one", large, "three");
    const reader = new BlobReader(git, "SOURCE_FAILED");
    const read = await Promise.all([...oids, MISSING, ...oids].map((oid) => reader.read(oid)));
    expect(read.map((bytes) => bytes?.toString())).toEqual(["one", large, "three", undefined, "one", large, "three"]);
    const last = reader.read(oids[0] ?? "");
    reader.close();
    expect((await last)?.toString()).toBe("one");
  });

  it("that are asked for when git has ended are the error that the caller chose, then and later", async () => {
    const { at, git, oids } = repository("one");
    fs.rmSync(at.file(".git"), { recursive: true });
    const reader = new BlobReader(git, "SOURCE_FAILED");
    for (const oid of [...oids, ...oids])
      await expect(reader.read(oid)).rejects.toMatchObject({ code: "SOURCE_FAILED" });
  });
});
