/** Files that are made beside their place, and put there when they are whole. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { forget, linkTo, openBeside, renameTo, syncDirectory } from "../../../src/node/new-file.ts";

const place = () => path.join(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-new-file-")), "target");
const inDirectory = (target: string) => fs.readdirSync(path.dirname(target));

function write(target: string, text: string): string {
  const { path: temporary, descriptor } = openBeside(target, 0o640);
  fs.writeSync(descriptor, text);
  fs.closeSync(descriptor);
  return temporary;
}

describe("a file beside its target", () => {
  it("has a hidden name of its own each time, and the mode that was asked for", () => {
    const target = place();
    const [one, other] = [write(target, "a"), write(target, "b")];
    expect(one).not.toBe(other);
    for (const name of inDirectory(target)) expect(name).toMatch(/^\.target\.[0-9a-f]{16}\.tmp$/);
    expect(fs.statSync(one).mode & 0o137).toBe(0);
    forget(one);
    forget(other);
    expect(inDirectory(target)).toEqual([]);
  });

  it("has a name that a file system takes, however long the target's is", () => {
    const target = path.join(path.dirname(place()), "n".repeat(255));
    forget(write(target, "a"));
    expect(inDirectory(target)).toEqual([]);
  });

  it("replaces whatever lies in the target's place when it is renamed", () => {
    const target = place();
    fs.writeFileSync(target, "old");
    renameTo(write(target, "new"), target);
    expect([fs.readFileSync(target, "utf8"), inDirectory(target)]).toEqual(["new", ["target"]]);
  });

  it("replaces nothing when it is linked, a link that leads nowhere included", () => {
    const [target, link] = [place(), place()];
    fs.writeFileSync(target, "old");
    fs.symlinkSync("nowhere", link);
    for (const one of [target, link]) {
      expect(() => linkTo(write(one, "new"), one)).toThrow(/EEXIST/);
      expect(inDirectory(one)).toEqual(["target"]);
    }
    expect(fs.readFileSync(target, "utf8")).toBe("old");
  });

  it("stands in the target's place alone when it was linked", () => {
    const target = place();
    linkTo(write(target, "new"), target);
    expect([fs.readFileSync(target, "utf8"), fs.statSync(target).nlink, inDirectory(target)]).toEqual([
      "new",
      1,
      ["target"],
    ]);
  });

  it("goes when its process ends before it was put in place, and stays when it was", () => {
    const [lost, kept] = [place(), place()];
    const module = path.join(import.meta.dirname, "../../../src/node/new-file.ts");
    const program = `import { openBeside, renameTo } from ${JSON.stringify(module)};
      openBeside(${JSON.stringify(lost)}, 0o600);
      renameTo(openBeside(${JSON.stringify(kept)}, 0o600).path, ${JSON.stringify(kept)});`;
    expect(spawnSync(process.execPath, ["--input-type=module", "-e", program]).status).toBe(0);
    expect([inDirectory(lost), inDirectory(kept)]).toEqual([[], ["target"]]);
  });
});

it("a directory that is not there cannot be synced", () => {
  expect(() => syncDirectory(path.join(place(), "nowhere"))).toThrow(/ENOENT/);
  expect(syncDirectory(path.dirname(place()))).toBeUndefined();
});
