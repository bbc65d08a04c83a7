/** Writing by name where somebody else may have been first. */
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { openProjection } from "../../../controller/targets/directory/projection.ts";
import { refuseSharedDirectory } from "../../../src/node/shared-directory.ts";
import { beginNew, writeAllAtomic, writeAtomic, writeNew, writeWhole } from "../../../src/node/write.ts";

const place = () => fs.mkdtempSync(path.join(os.tmpdir(), "lacre-write-"));

describe("a file that is written by name", () => {
  it("does not follow a link that was planted in the place of its temporary file", () => {
    const directory = place();
    const other = path.join(directory, "other");
    fs.writeFileSync(other, "untouched", { mode: 0o600 });
    fs.symlinkSync(other, path.join(directory, "prod.keys.tmp"));
    writeWhole(path.join(directory, "prod.keys"), "list", 0o644);
    expect(fs.readFileSync(other, "utf8")).toBe("untouched");
    expect(fs.lstatSync(path.join(directory, "prod.keys")).isFile()).toBe(true);
  });

  it("does not write into a file that somebody made and keeps open", () => {
    const directory = place();
    const planted = fs.openSync(path.join(directory, "prod.key.tmp"), "w+");
    writeNew(path.join(directory, "prod.key"), "private", 0o600);
    expect(fs.fstatSync(planted).size).toBe(0);
    expect(fs.statSync(path.join(directory, "prod.key")).mode & 0o777).toBe(0o600);
    fs.closeSync(planted);
  });

  it("replaces a link in its own place, and leaves no temporary file", () => {
    const directory = place();
    fs.writeFileSync(path.join(directory, "other"), "untouched");
    fs.symlinkSync("other", path.join(directory, "list"));
    writeWhole(path.join(directory, "list"), "new", 0o644);
    expect(fs.readdirSync(directory).sort()).toEqual(["list", "other"]);
    expect(fs.readFileSync(path.join(directory, "other"), "utf8")).toBe("untouched");
  });

  it("is not written over when it must be new, and keeps its mode when it is not", () => {
    const file = path.join(place(), "one");
    writeAtomic({ path: file, content: "a", mode: 0o600 });
    expect(() => writeNew(file, "b", 0o600)).toThrow("EEXIST");
    writeAtomic({ path: file, content: "c" });
    expect([fs.readFileSync(file, "utf8"), fs.statSync(file).mode & 0o777]).toEqual(["c", 0o600]);
  });

  it("bit by bit appears when it is whole, and takes nobody's place", () => {
    const file = path.join(place(), "results");
    const { descriptor, finish } = beginNew(file, 0o644);
    fs.writeSync(descriptor, "one\ntwo\n");
    expect(fs.existsSync(file)).toBe(false);
    finish();
    expect([fs.readFileSync(file, "utf8"), fs.statSync(file).mode & 0o777]).toEqual(["one\ntwo\n", 0o644]);
    expect(() => beginNew(file, 0o644)).toThrow("EEXIST");
    expect(fs.readdirSync(path.dirname(file))).toEqual(["results"]);
  });

  it("that must be new is not written through a link, and leaves nothing", () => {
    const directory = place();
    fs.symlinkSync("nowhere", path.join(directory, "link"));
    expect(() => writeNew(path.join(directory, "link"), "text", 0o600)).toThrow("EEXIST");
    expect(fs.readdirSync(directory)).toEqual(["link"]);
  });

  it.runIf(process.getuid?.() === 0)("a device and a pipe stay what they are, and are written to", async () => {
    const directory = place();
    const device = path.join(directory, "null");
    spawnSync("mknod", [device, "c", "1", "3"]);
    const link = path.join(directory, "link");
    fs.symlinkSync("null", link);
    for (const file of [device, link]) {
      writeAtomic({ path: file, content: "text" });
      expect(() => writeWhole(file, "text", 0o644)).toThrow("is a device or a pipe");
      await expect(writeAllAtomic([{ path: file, content: "text" }], () => undefined)).rejects.toThrow("is a device");
    }
    expect([fs.statSync(device).isCharacterDevice(), fs.readdirSync(directory)]).toEqual([true, ["link", "null"]]);
    const pipe = path.join(directory, "pipe");
    spawnSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe]);
    const read = new Promise((resolve) => reader.stdout.once("data", (bytes) => resolve(String(bytes))));
    writeAtomic({ path: pipe, content: "text" });
    expect(await read).toBe("text");
  });
});

describe("a directory that others may write", () => {
  it.each([0o777, 0o775, 0o757])("is refused with mode %o, also when it is further up", (mode) => {
    const above = place();
    const below = path.join(above, "below");
    fs.mkdirSync(below);
    fs.chmodSync(above, mode);
    expect(() => refuseSharedDirectory(below, "TARGET_FAILED")).toThrow("may be written by others");
    expect(() => openProjection(below, 0o400)).toThrow("may be written by others");
  });

  it("is taken when it is sticky, or only ours", () => {
    const directory = place();
    refuseSharedDirectory(directory, "TARGET_FAILED");
    fs.chmodSync(directory, 0o1777);
    refuseSharedDirectory(directory, "TARGET_FAILED");
  });

  it.runIf(process.geteuid?.() === 0)("is refused when it belongs to another user", () => {
    const directory = place();
    fs.chownSync(directory, 4242, 4242);
    expect(() => openProjection(directory, 0o400)).toThrow("belongs to user 4242");
  });
});

describe("the directories of a target", () => {
  it.each([
    [0o400, 0o700],
    [0o600, 0o700],
    [0o440, 0o750],
    [0o640, 0o750],
    [0o444, 0o755],
    [0o644, 0o755],
  ])("for files of mode %o have mode %o", (fileMode, expected) => {
    const root = path.join(place(), "out");
    const target = openProjection(root, fileMode);
    const secret = { namespace: "shop", name: "db", values: new Map([["KEY", new Uint8Array([1])]]) };
    target.write("shop/db", secret as unknown as Parameters<typeof target.write>[1]);
    const modes = ["shop", "shop/db", "shop/db/..data/"].map((one) => fs.statSync(path.join(root, one)).mode & 0o777);
    expect(modes).toEqual([expected, expected, expected]);
  });
});
