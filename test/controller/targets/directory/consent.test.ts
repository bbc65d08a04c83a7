/** Files that lay in the standalone target before their SealedSecret: taken over with somebody's consent only, and never removed. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { MARKER } from "../../../../controller/targets/directory/consent.ts";
import { parseKey } from "../../../../src/model/index.ts";
import { secretYaml, Workspace } from "../../../support/workspace.ts";

const ARGS = ["--source", "directory:src", "--target", "directory:out", "--key-file", "prod.key"];

type Problem = { readonly subject: string; readonly reason: string; readonly message: string };
type Report = {
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly problems: Problem[];
};

/** A SealedSecret shop/db with the values A and B, and what lies in its place before. */
async function workspace(adopt: string | undefined, before: Readonly<Record<string, string>>): Promise<Workspace> {
  const one = await new Workspace().withKey();
  await seal(one, "db", { A: "from git", B: "too" }, adopt);
  await seal(one, "other", { A: "1" });
  for (const [name, text] of Object.entries(before)) one.write(`out/shop/db/${name}`, text);
  return one;
}

async function seal(
  one: Workspace,
  name: string,
  values: Readonly<Record<string, string>>,
  adopt?: string,
): Promise<void> {
  one.write(`src/${name}.yaml`, secretYaml(name, values));
  const ran = await one.lacre(["seal", "-i", "-r", "prod.pub", `src/${name}.yaml`]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  if (adopt !== undefined) fs.appendFileSync(one.file(`src/${name}.yaml`), `  adopt: ${adopt}\n`);
}

function once(one: Workspace, args: readonly string[] = []): Report {
  const ran = one.controller([...ARGS, ...args, "--once", "--log-level", "silent"]);
  if (ran.stdout === "") throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as Report;
}

/** Everything below the object's directory that is no generation, with what it holds. */
function files(one: Workspace): Record<string, string> {
  const names = fs.readdirSync(one.file("out/shop/db")).filter((name) => !/^\.\.(?:data|\d)/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, one.read(`out/shop/db/${name}`)]));
}

const THEIRS = { A: "by somebody else", notes: "mine" };
const MARKED = { ...THEIRS, "..lacre-adopt": "" };

describe("what was there before", () => {
  it.each([
    ["no wish and no consent", undefined, THEIRS, []],
    ["a wish alone: who may commit a SealedSecret need not be allowed to write there", "IfUnowned", THEIRS, []],
    ["a wish alone, Merge", "Merge", { notes: "mine" }, []],
    ["consent alone, by the marker", undefined, MARKED, []],
    ["consent alone, by the operator", "Never", THEIRS, ["--adopt", "shop=IfUnowned"]],
    ["the operator's consent to another way", "IfUnowned", THEIRS, ["--adopt", "shop=Merge"]],
    ["the operator's consent in another namespace", "IfUnowned", THEIRS, ["--adopt", "billing=IfUnowned"]],
  ] as const)("stays as it is with %s", async (_what, adopt, before, args) => {
    const one = await workspace(adopt, before);
    const { written, problems } = once(one, args);
    expect([written, problems]).toEqual([["shop/other"], [expect.objectContaining({ reason: "NotOwned" })]]);
    expect(files(one)).toEqual(before);
  });

  it("is refused in the same words whatever it is, with both ways named", async () => {
    const kinds = [THEIRS, { empty: "" }, { "..data": "no link" }, { "..lacre-adopt/x": "a directory is no marker" }];
    const said: (string | undefined)[] = [];
    for (const before of kinds) said.push(once(await workspace("IfUnowned", before)).problems[0]?.message);
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toContain("shop/db/..lacre-adopt");
    expect(said[0]).toContain("--adopt shop=IfUnowned");
  });

  it("is taken over by lacre sync with its own --adopt", async () => {
    const one = await workspace("IfUnowned", THEIRS);
    expect((await one.lacre(["sync", ...ARGS])).status).toBe(7);
    expect((await one.lacre(["sync", ...ARGS, "--adopt", "shop=IfUnowned"])).status).toBe(0);
    expect(files(one)).toEqual({ ...THEIRS, A: "from git", B: "too" });
  });

  it("is no consent where the marker is a link", async () => {
    const one = await workspace("IfUnowned", THEIRS);
    fs.symlinkSync(one.file("prod.pub"), one.file("out/shop/db/..lacre-adopt"));
    expect(once(one).problems[0]?.reason).toBe("NotOwned");
  });

  it.each([
    ["the marker", MARKED, []],
    ["the operator", THEIRS, ["--adopt", "billing,shop=IfUnowned"]],
  ] as const)(
    "is taken over whole with the consent of %s, put right, and stays when its SealedSecret goes",
    async (_who, before, args) => {
      const one = await workspace("IfUnowned", before);
      expect(once(one, args)).toMatchObject({ written: expect.arrayContaining(["shop/db"]), problems: [] });
      expect(files(one)).toEqual({ ...before, A: "from git", B: "too" });
      // Consent that is withdrawn undoes nothing.
      fs.rmSync(one.file("out/shop/db/..lacre-adopt"), { force: true });
      one.write("out/shop/db/..data/A", "by hand", 0o600);
      expect(once(one).written).toEqual(["shop/db"]);
      fs.rmSync(one.file("src/db.yaml"));
      expect(once(one)).toMatchObject({ removed: [], problems: [] });
      expect(files(one)).toEqual({ A: "from git", B: "too", notes: "mine" });
      // It is let go of: it takes consent again.
      await seal(one, "db", { A: "again" }, "IfUnowned");
      expect(once(one).problems[0]?.reason).toBe("NotOwned");
    },
  );

  it("keeps its files beside ours with Merge, which never writes over one of them, and takes away only ours", async () => {
    const one = await workspace("Merge", THEIRS);
    const args = ["--adopt", "shop=Merge"];
    expect(once(one, args).problems).toMatchObject([{ subject: "shop/db", reason: "FieldConflict" }]);
    expect(files(one)).toEqual(THEIRS);
    fs.renameSync(one.file("out/shop/db/A"), one.file("out/shop/db/..mine"));
    expect(once(one, args)).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(once(one, args)).toMatchObject({ written: [], problems: [] });
    // Neither does a key that comes later, and neither when the spec says otherwise by then.
    await seal(one, "db", { A: "second", B: "too", notes: "theirs" }, "IfUnowned");
    expect(once(one, args).problems).toMatchObject([{ reason: "FieldConflict" }]);
    // A value of ours that somebody replaced by a file is put right.
    await seal(one, "db", { A: "third" }, "Merge");
    fs.rmSync(one.file("out/shop/db/A"));
    one.write("out/shop/db/A", "by hand");
    expect(once(one, args)).toMatchObject({ written: ["shop/db"], problems: [] });
    expect(files(one)).toEqual({ "..mine": "by somebody else", A: "third", notes: "mine" });
    fs.rmSync(one.file("src/db.yaml"));
    expect(once(one, args).removed).toEqual(["shop/db"]);
    expect(files(one)).toEqual({ "..mine": "by somebody else", notes: "mine" });
  });

  it("is not merged into where others switch all values at once", async () => {
    const one = await workspace(undefined, {});
    once(one);
    fs.rmSync(one.file("out/..lacre"), { recursive: true });
    await seal(one, "db", { C: "3" }, "Merge");
    expect(once(one, ["--adopt", "shop=Merge"]).problems).toEqual(
      expect.arrayContaining([expect.objectContaining({ subject: "shop/db", reason: "FieldConflict" })]),
    );
    expect(files(one)).toEqual({ A: "from git", B: "too" });
  });

  it("that is removed by hand is made anew, and is ours then", async () => {
    const one = await workspace("IfUnowned", MARKED);
    once(one);
    fs.rmSync(one.file("out/shop/db"), { recursive: true });
    expect(once(one).written).toEqual(["shop/db"]);
    fs.rmSync(one.file("src/db.yaml"));
    expect(once(one).removed).toEqual(["shop/db"]);
    expect(fs.existsSync(one.file("out/shop/db"))).toBe(false);
  });
});

it("no SealedSecret can make the marker", () => {
  expect(() => parseKey(MARKER)).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
});

it("what an earlier version took over goes with its SealedSecret as before", async () => {
  const one = await workspace("IfUnowned", MARKED);
  once(one);
  const file = "out/..lacre/inventory.json";
  one.write(file, one.read(file).replace(',"adopted":"IfUnowned"', ""));
  expect(once(one).problems).toEqual([]);
  fs.rmSync(one.file("src/db.yaml"));
  expect(once(one).removed).toEqual(["shop/db"]);
});

it.each(["shop", "shop=Never", "=Merge", "shop=Merge=IfUnowned"])("--adopt %s is refused", async (text) => {
  const ran = (await new Workspace().withKey()).controller([...ARGS, "--adopt", text, "--once"]);
  expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining("--adopt must be NAMESPACE")]);
});
