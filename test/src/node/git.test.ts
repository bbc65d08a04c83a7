/** One runner for both programs: how a git that gives no answer has failed, and what is told of it. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { askGit, askGitNow, type Git, gitIn, gitOf, gitOutside, withOptions } from "../../../src/node/git.ts";
import { Workspace } from "../../support/workspace.ts";

function repository(): { readonly at: Workspace; readonly git: Git } {
  const at = new Workspace();
  at.git("init", "-q");
  return { at, git: gitIn(at.path, at.env, "here") };
}

/** Both ways to ask. */
const ways: readonly (readonly [string, (git: Git, args: readonly string[]) => unknown])[] = [
  ["while others go on", askGit],
  ["while nothing else does", askGitNow],
];

describe.each(ways)("git that is asked %s", (_how, ask) => {
  it("gives its bytes, which need not be text", async () => {
    const { at, git } = repository();
    at.write("a", Buffer.from([0, 255, 10, 254]));
    const oid = at.git("hash-object", "-w", "a").stdout.trim();
    expect(await ask(git, ["cat-file", "blob", oid])).toEqual({ ok: true, bytes: Buffer.from([0, 255, 10, 254]) });
  });

  it("that says no has a status and its own words", async () => {
    const { git } = repository();
    const answer = await ask(git, ["rev-parse", "--verify", "nobody"]);
    expect(answer).toMatchObject({ ok: false, failure: "ended", status: 128 });
    expect(answer).toMatchObject({ complaint: expect.stringContaining("Needed a single revision") });
    expect(await ask(git, ["config", "--get", "no.such"])).toMatchObject({ ok: false, failure: "ended", status: 1 });
  });

  it("that is not there is unavailable", async () => {
    const { git } = repository();
    const answer = await ask({ ...git, env: { PATH: "/nonexistent" } }, ["--version"]);
    expect(answer).toMatchObject({ ok: false, failure: "unavailable", status: undefined });
  });

  it("that answers more than is held has failed, whatever its status", async () => {
    const { git } = repository();
    expect(await ask({ ...git, maxBytes: 4 }, ["--version"])).toMatchObject({ ok: false, failure: "too-long" });
    expect(await ask({ ...git, maxBytes: 4_096 }, ["--version"])).toMatchObject({ ok: true });
  });
});

describe("git in a place", () => {
  it("takes what it is given on its input", async () => {
    const { git } = repository();
    expect(await askGit(git, ["hash-object", "--stdin"], "text\n")).toMatchObject({ ok: true });
  });

  it("that takes too long is ended, though a program that it started still holds its output", async () => {
    const { at, git } = repository();
    const slow = withOptions({ ...git, timeoutMs: 500 }, "-c", "alias.slow=!echo $$ > pid; exec sleep 100");
    expect(await askGit(slow, ["slow"])).toMatchObject({ ok: false, failure: "too-late" });
    process.kill(Number(at.read("pid")));
  });

  it("of a clone that is damaged does not go on to the repository around it", async () => {
    const { at } = repository();
    fs.mkdirSync(at.file("clone"));
    expect(await askGit(gitOf(at.file("clone"), at.env), ["rev-parse", "HEAD"])).toMatchObject({ ok: false });
    expect(await askGit(gitOutside(at.env), ["rev-parse", "--git-dir"])).toMatchObject({ ok: false });
  });
});
