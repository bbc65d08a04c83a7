/** Lock files: who holds one, and how a dead one is taken away without taking a living one's. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { breakLock, type Holder, publishLock, readHolder, silenceOf } from "../../../src/node/lock-file.ts";
import { thisProcess } from "../../../src/node/process-identity.ts";

const place = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-lock-file-")), "lock");
const holder = (id = "0123456789abcdef"): Holder => ({ ...thisProcess(), id });
const inDirectory = (file: string) => fs.readdirSync(path.dirname(file));

function publish(file: string, one = holder()): boolean {
  const descriptor = publishLock(file, one);
  if (descriptor !== undefined) fs.closeSync(descriptor);
  return descriptor !== undefined;
}

describe("a lock file", () => {
  it("says who holds it, is for its owner only, and there is nothing beside it", () => {
    const file = place();
    expect([publish(file), readHolder(file)]).toEqual([true, holder()]);
    expect([fs.statSync(file).mode & 0o777, inDirectory(file)]).toEqual([0o600, ["lock"]]);
  });

  it("is not taken twice: the first one's stays as it is", () => {
    const file = place();
    publish(file);
    expect([publish(file, holder("fedcba9876543210")), readHolder(file)?.id]).toEqual([false, "0123456789abcdef"]);
    expect(inDirectory(file)).toEqual(["lock"]);
  });

  it("is not made where no file can be made: that is an error and no lock", () => {
    expect(() => publish(path.join(place(), "nowhere", "lock"))).toThrow(/ENOENT/);
  });

  it.each([
    "",
    "{",
    "{}",
    "5",
    '{"pid":1,"host":"h","boot":"b"}',
    '{"pid":"1","host":"h","boot":"b","id":"0123456789abcdef"}',
  ])("that says %j says nobody", (text) => {
    const file = place();
    fs.writeFileSync(file, text);
    expect(readHolder(file)).toBeUndefined();
  });

  it("that is not there says nobody, and was silent for ever", () => {
    expect([readHolder(place()), silenceOf(place())]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  });

  it("that is dated ahead says as little as one that is old", () => {
    const file = place();
    publish(file);
    for (const hours of [-1, 1]) {
      const date = new Date(Date.now() + hours * 3_600_000);
      fs.utimesSync(file, date, date);
      expect(silenceOf(file)).toBeGreaterThan(3_500_000);
    }
  });
});

describe("breaking a lock", () => {
  it("takes the one away that was read, or that was half-made", () => {
    const file = place();
    publish(file);
    breakLock(file, "0123456789abcdef");
    expect(inDirectory(file)).toEqual([]);
    fs.writeFileSync(file, "");
    breakLock(file, undefined);
    expect(inDirectory(file)).toEqual([]);
  });

  it("leaves another's where it is", () => {
    const file = place();
    publish(file);
    for (const id of ["fedcba9876543210", undefined]) breakLock(file, id);
    expect([readHolder(file)?.id, inDirectory(file)]).toEqual(["0123456789abcdef", ["lock"]]);
  });

  it("of one that is gone does nothing", () => {
    const file = place();
    breakLock(file, undefined);
    breakLock(file, "0123456789abcdef");
    expect(inDirectory(file)).toEqual([]);
  });
});
