/** A Git source whose commits must be signed, against people who may push anything that was signed once. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../controller/sources/files.ts";
import { gitSource } from "../../../controller/sources/git.ts";

describe("a git source with allowed signers", () => {
  let directory: string;
  let format: readonly string[];
  const file = (name: string) => path.join(directory, name);
  const sh = (command: string, ...args: readonly string[]) => {
    const ran = spawnSync(command, args, { cwd: directory, encoding: "utf8", timeout: 30_000 });
    if (ran.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  const git = (...args: readonly string[]) => {
    const settings = ["user.name=t", "user.email=t@example.com", "gpg.format=ssh", "protocol.file.allow=always"];
    return sh("git", "-C", file("work"), ...settings.flatMap((one) => ["-c", one]), ...args);
  };
  /** Commits a manifest with this text and pushes it to main, whatever was there; signed by a person, or by nobody. */
  const commit = (text: string, signer: "anna" | "eve" | "nobody" = "anna") => {
    fs.writeFileSync(file("work/a.yaml"), text);
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", text, signer === "nobody" ? "--no-gpg-sign" : `-S${file(signer)}`);
    return push("HEAD");
  };
  const push = (what: string) => {
    git("push", "-q", "--force", "origin", `${what}:refs/heads/main`);
    return git("rev-parse", what);
  };
  const ACCEPTED = () => file("state/accepted.json");
  /** A source in a process that has just started. */
  const start = (acceptCommit?: string, url = file("origin.git"), branch = "main") =>
    gitSource(process.env, url, branch, file("state/git"), {
      allowedSigners: file("signers"),
      acceptedFile: ACCEPTED(),
      acceptCommit,
    });
  /** What is in force after a look, its text, and the problem if there is one. */
  const look = async (source: Files) => {
    const { revision, files, problem } = await source.snapshot();
    const text = Buffer.from((await files[0]?.read()) ?? []).toString();
    return { revision, text, problem: problem?.message };
  };
  /** As `look`, right after a start. */
  const lookOnce = async (...how: Parameters<typeof start>) => {
    const source = start(...how);
    try {
      return await look(source);
    } finally {
      source.close();
    }
  };
  const notDescended = (commit: string, last: string) =>
    `commit ${commit.slice(0, 12)} is no descendant of ${last.slice(0, 12)}, which was accepted last`;

  function create(objectFormat: string): void {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-signed-"));
    format = [`--object-format=${objectFormat}`];
    for (const name of ["anna", "eve"]) sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file(name));
    fs.writeFileSync(file("signers"), `anna namespaces="git" ${fs.readFileSync(file("anna.pub"), "utf8")}`);
    sh("git", "init", "-q", "--bare", "-b", "main", ...format, file("origin.git"));
    sh("git", "init", "-q", "-b", "main", ...format, file("work"));
    git("remote", "add", "origin", file("origin.git"));
  }
  beforeEach(() => create("sha1"));
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("does not go back to an older signed commit, in the same process and after a restart", async () => {
    const first = commit("one");
    const source = start();
    expect(await look(source)).toEqual({ revision: first, text: "one", problem: undefined });
    commit("two");
    const third = commit("three");
    expect(await look(source)).toEqual({ revision: third, text: "three", problem: undefined });
    push(first);
    const refused = { revision: third, text: "three", problem: expect.stringContaining(notDescended(first, third)) };
    expect(await look(source)).toEqual(refused);
    expect(await look(source)).toEqual(refused);
    source.close();
    expect(await lookOnce()).toEqual(refused);
    push(third);
    const fourth = commit("four");
    expect(await lookOnce()).toEqual({ revision: fourth, text: "four", problem: undefined });
  });

  it("does not take a signed commit of another branch, also one without a common history", async () => {
    const base = commit("base");
    const accepted = commit("main");
    expect(await lookOnce()).toMatchObject({ revision: accepted });
    git("checkout", "-q", "-B", "other", base);
    const other = commit("work in progress");
    expect(await lookOnce()).toMatchObject({
      revision: accepted,
      text: "main",
      problem: expect.stringContaining(notDescended(other, accepted)),
    });
    git("checkout", "-q", "--orphan", "orphan");
    const orphan = commit("no history");
    expect(await lookOnce()).toMatchObject({
      text: "main",
      problem: expect.stringContaining(notDescended(orphan, accepted)),
    });
  });

  it("serves the commit accepted last after a restart on an unsigned one, and on one signed by somebody else", async () => {
    const accepted = commit("one");
    await lookOnce();
    commit("two", "nobody");
    expect(await lookOnce()).toMatchObject({
      revision: accepted,
      text: "one",
      problem: expect.stringContaining("is not signed with SSH"),
    });
    commit("three", "eve");
    expect(await lookOnce()).toMatchObject({
      text: "one",
      problem: expect.stringContaining("by nobody who is allowed"),
    });
    const signed = commit("four");
    expect(await lookOnce()).toEqual({ revision: signed, text: "four", problem: undefined });
  });

  it("takes a merge whose side branch began before the commit accepted last", async () => {
    const base = commit("base");
    commit("main");
    await lookOnce();
    git("checkout", "-q", "-B", "side", base);
    git("commit", "-q", "--allow-empty", "-m", "unsigned work", "--no-gpg-sign");
    git("checkout", "-q", "main");
    git("merge", "-q", "--no-edit", "--no-ff", `-S${file("anna")}`, "side");
    const merged = push("HEAD");
    expect(await lookOnce()).toEqual({ revision: merged, text: "main", problem: undefined });
  });

  it("takes the commit of --accept-commit, and not again once the source moved on, while the option stays", async () => {
    const first = commit("one");
    const second = commit("two");
    await lookOnce();
    push(first);
    expect(await lookOnce(second)).toMatchObject({
      revision: second,
      problem: expect.stringContaining(`if that is meant: --accept-commit ${first}`),
    });
    expect(await lookOnce(first)).toEqual({ revision: first, text: "one", problem: undefined });
    expect(await lookOnce(first)).toEqual({ revision: first, text: "one", problem: undefined });
    git("reset", "-q", "--hard", first);
    const third = commit("three");
    expect(await lookOnce(first)).toEqual({ revision: third, text: "three", problem: undefined });
    push(first);
    expect(await lookOnce(first)).toMatchObject({
      revision: third,
      problem: expect.stringContaining("counts once: start without it first"),
    });
    expect(await lookOnce()).toMatchObject({ revision: third });
    expect(await lookOnce(first)).toEqual({ revision: first, text: "one", problem: undefined });
  });

  it("counts the commit of --accept-commit as used also when it came in the usual way", async () => {
    commit("one");
    await lookOnce();
    const second = commit("two");
    await lookOnce(second);
    const third = commit("three");
    await lookOnce(second);
    push(second);
    expect(await lookOnce(second)).toMatchObject({ revision: third, problem: expect.stringContaining("counts once") });
  });

  it("counts the commit of --accept-commit as used when the option came while it was in force, or between two looks", async () => {
    commit("one");
    const second = commit("two");
    await lookOnce();
    await lookOnce(second);
    const third = commit("three");
    const fourth = commit("four");
    expect(await lookOnce(second)).toMatchObject({ revision: fourth });
    push(second);
    expect(await lookOnce(second)).toMatchObject({ revision: fourth, problem: expect.stringContaining("counts once") });
    git("reset", "-q", "--hard", fourth);
    const fifth = commit("five");
    const sixth = commit("six");
    await lookOnce(fifth);
    push(fifth);
    expect(await lookOnce(fifth)).toMatchObject({ revision: sixth, problem: expect.stringContaining("counts once") });
    expect(await lookOnce(third)).toMatchObject({ revision: sixth });
  });

  it("--accept-commit does not stand in for a signature", async () => {
    const accepted = commit("one");
    await lookOnce();
    git("checkout", "-q", "--orphan", "orphan");
    const unsigned = commit("two", "nobody");
    expect(await lookOnce(unsigned)).toMatchObject({
      revision: accepted,
      problem: expect.stringContaining("is not signed"),
    });
  });

  it("keeps the accepted commit through a collection of garbage, and gets it back when the clone is lost", async () => {
    const accepted = commit("one");
    await lookOnce();
    commit("two", "nobody");
    await lookOnce();
    sh("git", "--git-dir", file("state/git"), "-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now");
    expect(await lookOnce()).toMatchObject({ revision: accepted, text: "one" });
    fs.rmSync(file("state/git"), { recursive: true });
    expect(await lookOnce()).toMatchObject({
      revision: accepted,
      text: "one",
      problem: expect.stringContaining("not signed"),
    });
  });

  it("cannot tell when both clone and origin lost the accepted commit, and takes a descendant by its history", async () => {
    const base = commit("base");
    const accepted = commit("one");
    await lookOnce();
    fs.rmSync(file("state/git"), { recursive: true });
    const next = commit("two");
    expect(await lookOnce()).toEqual({ revision: next, text: "two", problem: undefined });
    push(base);
    fs.rmSync(file("state/git"), { recursive: true });
    sh("git", "--git-dir", file("origin.git"), "reflog", "expire", "--expire=now", "--all");
    sh("git", "--git-dir", file("origin.git"), "gc", "-q", "--prune=now");
    await expect(lookOnce()).rejects.toMatchObject({
      code: "SIGNATURE_INVALID",
      message: expect.stringContaining(notDescended(base, next)),
    });
    expect(JSON.parse(fs.readFileSync(ACCEPTED(), "utf8"))).toMatchObject({ commit: next });
    expect(accepted).not.toBe(next);
  });

  it("asks an origin that is shallow itself, takes what it can show to descend, and else keeps what it has", async () => {
    commit("one");
    commit("two");
    const third = commit("three");
    await lookOnce();
    const fourth = commit("four");
    const shallow = (depth: number) => {
      fs.rmSync(file("shallow.git"), { recursive: true, force: true });
      sh("git", "clone", "-q", "--bare", `--depth=${depth}`, `file://${file("origin.git")}`, file("shallow.git"));
    };
    shallow(1);
    expect(await lookOnce(undefined, file("shallow.git"))).toMatchObject({
      revision: third,
      problem: expect.stringContaining("cannot be told without its history"),
    });
    shallow(2);
    expect(await lookOnce(undefined, file("shallow.git"))).toEqual({
      revision: fourth,
      text: "four",
      problem: undefined,
    });
    commit("five");
    const sixth = commit("six");
    shallow(1);
    expect(await lookOnce(sixth, file("shallow.git"))).toEqual({ revision: sixth, text: "six", problem: undefined });
  });

  it("is not moved by replaced objects and grafts of the origin", async () => {
    const first = commit("one");
    const second = commit("two");
    await lookOnce();
    // To who honours it, the first commit would have the second for a parent.
    git("replace", "--graft", first, second);
    git("push", "-q", "--force", "origin", "refs/replace/*:refs/replace/*");
    fs.mkdirSync(file("origin.git/info"), { recursive: true });
    fs.writeFileSync(file("origin.git/info/grafts"), `${first} ${second}\n`);
    spawnSync("git", ["-C", file("work"), "push", "-q", "--force", "origin", `${first}:refs/heads/main`]);
    sh("git", "--git-dir", file("origin.git"), "update-ref", "refs/heads/main", first);
    expect(await lookOnce()).toMatchObject({ revision: second, text: "two" });
  });

  it("follows a tag or another branch of the same name as little as before", async () => {
    commit("one");
    const second = commit("two");
    git("push", "-q", "origin", `${second}~1:refs/tags/main`, `${second}~1:refs/heads/refs/heads/main`);
    expect(await lookOnce()).toEqual({ revision: second, text: "two", problem: undefined });
  });

  it("holds another URL and another branch to the same accepted commit", async () => {
    const accepted = commit("one");
    await lookOnce();
    sh("git", "clone", "-q", "--bare", file("origin.git"), file("moved.git"));
    expect(await lookOnce(undefined, file("moved.git"))).toMatchObject({ revision: accepted, problem: undefined });
    git("checkout", "-q", "--orphan", "orphan");
    fs.writeFileSync(file("work/a.yaml"), "elsewhere");
    git("add", "-A");
    git("commit", "-q", "-m", "x", `-S${file("anna")}`);
    git("push", "-q", "origin", "HEAD:refs/heads/other");
    const other = git("rev-parse", "HEAD");
    expect(await lookOnce(undefined, undefined, "other")).toMatchObject({
      revision: accepted,
      problem: expect.stringContaining("no descendant"),
    });
    expect(await lookOnce(other, undefined, "other")).toEqual({
      revision: other,
      text: "elsewhere",
      problem: undefined,
    });
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"version":1,"commit":"0123'],
    ["of a later version", JSON.stringify({ version: 2, commit: "0".repeat(40) })],
    ["without a commit", JSON.stringify({ version: 1 })],
    ["with half an id", JSON.stringify({ version: 1, commit: "0".repeat(39) })],
    ["null", "null"],
  ])("a record that is %s is an error, and not the first start", async (_what, text) => {
    commit("one");
    await lookOnce();
    fs.writeFileSync(ACCEPTED(), text);
    expect(() => start()).toThrow(/accepted\.json is not the record of an accepted commit/);
    expect(fs.readFileSync(ACCEPTED(), "utf8")).toBe(text);
  });

  it("does not put in force what it cannot record", async () => {
    const first = commit("one");
    const source = start();
    await look(source);
    commit("two");
    fs.rmSync(ACCEPTED());
    fs.mkdirSync(ACCEPTED());
    expect(await look(source)).toMatchObject({
      revision: first,
      text: "one",
      problem: expect.stringContaining("cannot be recorded"),
    });
    source.close();
  });

  it("judges a refused commit anew when the signers changed, and tells when the one in force is signed by nobody any more", async () => {
    commit("one");
    const source = start();
    await look(source);
    const second = commit("two", "eve");
    expect(await look(source)).toMatchObject({ text: "one" });
    fs.writeFileSync(file("signers"), `eve namespaces="git" ${fs.readFileSync(file("eve.pub"), "utf8")}`);
    expect(await look(source)).toEqual({ revision: second, text: "two", problem: undefined });
    source.close();
    fs.writeFileSync(file("signers"), `anna namespaces="git" ${fs.readFileSync(file("anna.pub"), "utf8")}`);
    expect(await lookOnce()).toMatchObject({
      revision: second,
      text: "two",
      problem: expect.stringContaining("by nobody who is allowed"),
    });
  });

  it("works with SHA-256 repositories", async () => {
    fs.rmSync(directory, { recursive: true });
    create("sha256");
    const first = commit("one");
    expect(first).toHaveLength(64);
    await lookOnce();
    const second = commit("two");
    expect(await lookOnce()).toEqual({ revision: second, text: "two", problem: undefined });
    push(first);
    expect(await lookOnce()).toMatchObject({
      revision: second,
      problem: expect.stringContaining(notDescended(first, second)),
    });
    expect(await lookOnce(first)).toEqual({ revision: first, text: "one", problem: undefined });
  });
});
