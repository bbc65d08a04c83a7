/** Where the user's cache is, and when there is none. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { cacheDirectory, compiledDirectory } from "../../../src/node/cache-directory.ts";

const place = () => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "lacre-cache-")));
const modeOf = (directory: string) => fs.statSync(directory).mode & 0o777;

describe("the cache", () => {
  it("lies where XDG_CACHE_HOME says, else below the home, and is its owner's only", () => {
    const [xdg, home] = [place(), place()];
    const named = cacheDirectory({ XDG_CACHE_HOME: xdg, HOME: home });
    expect([named, modeOf(named ?? "")]).toEqual([path.join(xdg, "lacre"), 0o700]);
    expect(cacheDirectory({ HOME: home })).toBe(path.join(home, ".cache/lacre"));
  });

  it("does not lie where a relative path leads: that would be the repository", () => {
    const home = place();
    for (const relative of ["cache", "./cache", "../cache", ""])
      expect(cacheDirectory({ XDG_CACHE_HOME: relative, HOME: home })).toBe(path.join(home, ".cache/lacre"));
  });

  it("keeps what its owner made, and loses code where others could have reached it", () => {
    const env = { XDG_CACHE_HOME: place() };
    const directory = cacheDirectory(env) ?? "";
    const fill = () => {
      for (const name of ["compiled", "seal-cache"]) fs.writeFileSync(path.join(directory, name), "");
    };
    fill();
    cacheDirectory(env);
    expect(fs.readdirSync(directory)).toEqual(["compiled", "seal-cache"]);
    fs.chmodSync(directory, 0o755);
    cacheDirectory(env);
    expect([modeOf(directory), fs.readdirSync(directory)]).toEqual([0o700, ["seal-cache"]]);
    fill();
    fs.chmodSync(directory, 0o777);
    cacheDirectory(env);
    expect([modeOf(directory), fs.readdirSync(directory)]).toEqual([0o700, []]);
  });

  it("is none below a directory that others write, in the place of a file, or of another user", () => {
    const shared = place();
    fs.chmodSync(shared, 0o777);
    expect(cacheDirectory({ XDG_CACHE_HOME: shared })).toBeUndefined();
    const taken = place();
    fs.writeFileSync(path.join(taken, "lacre"), "");
    expect(cacheDirectory({ XDG_CACHE_HOME: path.join(taken, "lacre") })).toBeUndefined();
  });

  it("has a place for the code of each command, and none where there is no cache", () => {
    const xdg = place();
    expect(compiledDirectory({ XDG_CACHE_HOME: xdg }, "seal")).toBe(path.join(xdg, "lacre/compiled/seal"));
    fs.chmodSync(xdg, 0o777);
    expect(compiledDirectory({ XDG_CACHE_HOME: xdg }, "seal")).toBeUndefined();
  });
});
