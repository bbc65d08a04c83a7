/** Directories that others may write: judged by owner and mode, all the way up. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { refuseSharedDirectory, sharedDirectory } from "../../../src/node/shared-directory.ts";
import { refusalOf } from "../../support/refusal.ts";

const place = () => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-directory-")));

describe("a directory", () => {
  it.each([0o700, 0o755, 0o711, 0o1777, 0o1775])("of mode %o is nobody else's to change", (mode) => {
    const directory = place();
    fs.chmodSync(directory, mode);
    expect(sharedDirectory(directory)).toBeUndefined();
  });

  it.each([
    [0o777, "0777"],
    [0o775, "0775"],
    [0o757, "0757"],
    [0o722, "0722"],
    [0o2775, "2775"],
  ])("of mode %o is told with its mode and what mends it", (mode, shown) => {
    const directory = place();
    fs.chmodSync(directory, mode);
    expect(sharedDirectory(directory)).toEqual({
      directory,
      objection: `may be written by others (mode ${shown})`,
      remedy: `chmod go-w ${directory}`,
    });
  });

  it("is judged by those above it too, the nearest first, and by where a link leads", () => {
    const above = place();
    const below = path.join(above, "a", "b");
    fs.mkdirSync(below, { recursive: true });
    fs.chmodSync(above, 0o777);
    expect(sharedDirectory(below)?.directory).toBe(above);
    fs.chmodSync(path.join(above, "a"), 0o777);
    expect(sharedDirectory(below)?.directory).toBe(path.join(above, "a"));
    const link = path.join(place(), "link");
    fs.symlinkSync(below, link);
    expect(sharedDirectory(link)?.directory).toBe(path.join(above, "a"));
  });

  it.runIf(process.geteuid?.() === 0)("of another user is told with its owner, whatever its mode", () => {
    const directory = place();
    fs.chownSync(directory, 4242, 4242);
    expect(sharedDirectory(directory)?.objection).toBe("belongs to user 4242");
  });

  it("is refused under the code of whoever needs it", () => {
    const directory = place();
    expect(refuseSharedDirectory(directory, "TARGET_FAILED")).toBeUndefined();
    fs.chmodSync(directory, 0o777);
    for (const code of ["TARGET_FAILED", "SOURCE_FAILED"] as const)
      expect(refusalOf(() => refuseSharedDirectory(directory, code))).toMatchObject({
        code,
        message: expect.stringContaining("expected is a directory that only its owner writes"),
        hint: `chmod go-w ${directory}`,
      });
  });
});
