/** Merges by the real git, with and without the driver. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const FILE = "db.yaml";

/** A repository that nothing is sealed in yet, with the driver if asked for. Many histories may begin in it. */
async function repository(options: { readonly driver: boolean }): Promise<Workspace> {
  const workspace = new Workspace();
  workspace.git("init", "-q");
  workspace.write(".git/info/exclude", ".home\n");
  await workspace.withKeyIn("keys");
  if (options.driver) await workspace.lacre(["init"]);
  workspace.write(".lacre.yaml", "version: 1\nenvironments:\n  prod: { keys: keys/prod.keys }\n");
  await workspace.pin("keys/prod.keys");
  workspace.git("add", "-A");
  commit(workspace, "start");
  workspace.git("tag", "start");
  return workspace;
}

/** The hook is not what is tested here, and is a process each time. */
function commit(workspace: Workspace, name: string): void {
  workspace.git("commit", "--no-verify", "-qam", name);
}

/** A sealed file on main, whatever was there before. */
async function begin(workspace: Workspace, keys: readonly string[]): Promise<void> {
  workspace.git("checkout", "-qfB", "main", "start");
  workspace.write(FILE, secretYaml("db", Object.fromEntries(keys.map((key) => [key, `value-of-${key}`]))));
  await workspace.lacre(["seal", "-i", FILE]);
  workspace.git("add", "-A");
  commit(workspace, "base");
}

type Edit = { readonly key: string; readonly kind: "set" | "unset" };

async function branch(workspace: Workspace, name: string, edits: readonly Edit[]): Promise<void> {
  workspace.git("checkout", "-qB", name, "main");
  for (const { key, kind } of edits) {
    const ran =
      kind === "set"
        ? await workspace.lacre(["set", FILE, key], { input: `${name} ${key}` })
        : await workspace.lacre(["unset", FILE, key]);
    if (ran.status !== 0) throw new Error(ran.stderr);
  }
  commit(workspace, name);
}

/** Tokens by key, read without lacre. */
function tokens(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^ {4}(\w+):\n {6}sealed: (\S+)$/gm)].map(([, key, token]) => [key ?? "", token ?? ""]),
  );
}

async function merge(workspace: Workspace, keys: readonly string[], ours: readonly Edit[], theirs: readonly Edit[]) {
  await begin(workspace, keys);
  const base = tokens(workspace.read(FILE));
  await branch(workspace, "theirs", theirs);
  const theirTokens = tokens(workspace.read(FILE));
  await branch(workspace, "ours", ours);
  const ourTokens = tokens(workspace.read(FILE));
  const ran = workspace.git("merge", "--no-verify", "--no-edit", "theirs");
  return { ran, base, ourTokens, theirTokens, merged: workspace.read(FILE) };
}

/** What a merge without conflicts must hold: each side's own changes, and the base elsewhere. */
function expectedTokens(
  { base, ourTokens, theirTokens }: Pick<Awaited<ReturnType<typeof merge>>, "base" | "ourTokens" | "theirTokens">,
  ours: readonly Edit[],
  theirs: readonly Edit[],
  names: readonly string[],
): Map<string, string> {
  const touches = (side: readonly Edit[], key: string) => side.some((one) => one.key === key);
  const expected = new Map<string, string>();
  for (const key of names) {
    const side = touches(ours, key) ? ourTokens : touches(theirs, key) ? theirTokens : base;
    const token = side.get(key);
    if (token !== undefined) expected.set(key, token);
  }
  return expected;
}

const set = (...keys: readonly string[]): Edit[] => keys.map((key) => ({ key, kind: "set" }));

describe("git merge of sealed files", () => {
  it.each([false, true])(
    "neighbouring entries changed on two branches merge by themselves (driver: %s)",
    async (driver) => {
      const workspace = await repository({ driver });
      for (const [ours, theirs] of [
        ["A", "B"],
        ["B", "A"],
        ["B", "C"],
      ] as const) {
        const { ran, merged, ourTokens, theirTokens } = await merge(workspace, ["A", "B", "C"], set(ours), set(theirs));
        expect([ran.status, ran.stdout.includes("CONFLICT")]).toEqual([0, false]);
        expect(tokens(merged).get(ours)).toBe(ourTokens.get(ours));
        expect(tokens(merged).get(theirs)).toBe(theirTokens.get(theirs));
      }
    },
  );

  it("entries added in one gap conflict without the driver, and merge with it", async () => {
    const conflicting = await merge(await repository({ driver: false }), ["A", "Z"], set("M"), set("P"));
    expect(conflicting.ran.status).toBe(1);
    const { ran, merged } = await merge(await repository({ driver: true }), ["A", "Z"], set("M"), set("P"));
    expect([ran.status, [...tokens(merged).keys()]]).toEqual([0, ["A", "M", "P", "Z"]]);
  });

  it("one entry changed on both sides is a conflict that shows both tokens' age and key id, with and without the driver", async () => {
    const plain = await merge(await repository({ driver: false }), ["A", "B"], set("A"), set("A"));
    expect(plain.ran.status).toBe(1);
    const workspace = await repository({ driver: true });
    const { ran, merged, ourTokens, theirTokens } = await merge(
      workspace,
      ["A", "B", "C"],
      set("A", "C"),
      set("A", "B"),
    );
    expect(ran.status).toBe(1);
    expect(`${ran.stdout}${ran.stderr}`).toMatch(
      /conflict in db\.yaml: shop\/db, entry A: ours sealed \S+Z to key [0-9a-f]{8}; theirs sealed \S+Z to key [0-9a-f]{8}/,
    );
    const conflict = /<<<<<<< ours\n([\s\S]*?)=======\n([\s\S]*?)>>>>>>> theirs\n/.exec(merged);
    for (const [index, side] of ["ours", "theirs"].entries()) {
      const shown = new RegExp(`^ {6}# ${side}: sealed \\d{4}-\\d\\d-\\d\\dT[\\d:]+Z to key [0-9a-f]{8}\n {6}sealed: `);
      expect(conflict?.[index + 1]).toMatch(shown);
    }
    expect(conflict?.[1]).toContain(ourTokens.get("A"));
    expect(conflict?.[2]).toContain(theirTokens.get("A"));
    const rest = tokens(merged.replace(/<<<<<<<[\s\S]*>>>>>>> theirs\n/, ""));
    expect([rest.get("B"), rest.get("C")]).toEqual([theirTokens.get("B"), ourTokens.get("C")]);
    const resolved = merged.replace(/<<<<<<< ours\n/, "").replace(/=======\n[\s\S]*?>>>>>>> theirs\n/, "");
    workspace.write(FILE, resolved);
    expect((await workspace.lacre(["inspect", FILE])).status).toBe(0);
  });

  it("an entry removed here and changed there is a conflict; removed here and left there is gone", async () => {
    const removed: Edit[] = [{ key: "A", kind: "unset" }];
    const workspace = await repository({ driver: true });
    expect((await merge(workspace, ["A", "B"], removed, set("A"))).ran.status).toBe(1);
    const { ran, merged } = await merge(workspace, ["A", "B"], removed, set("B"));
    expect([ran.status, [...tokens(merged).keys()]]).toEqual([0, ["B"]]);
  });

  it("comments and metadata merge as text, and files that are not sealed as ever", async () => {
    const workspace = await repository({ driver: true });
    await begin(workspace, ["A", "B"]);
    workspace.write("other.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n");
    workspace.git("add", ".");
    workspace.git("commit", "-qm", "other");
    workspace.git("checkout", "-qb", "theirs");
    workspace.write(FILE, `# from them\n${workspace.read(FILE)}`);
    await workspace.lacre(["set", FILE, "A"], { input: "theirs" });
    workspace.write("other.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 6\n");
    workspace.git("commit", "-qam", "theirs");
    workspace.git("checkout", "-q", "main");
    await workspace.lacre(["set", FILE, "B"], { input: "ours" });
    workspace.write("other.yaml", "a: 0\nb: 2\nc: 3\nd: 4\ne: 5\n");
    workspace.git("commit", "-qam", "ours");
    expect(workspace.git("merge", "--no-edit", "theirs").status).toBe(0);
    expect(workspace.read(FILE).startsWith("# from them\napiVersion:")).toBe(true);
    expect(workspace.read("other.yaml")).toBe("a: 0\nb: 2\nc: 3\nd: 4\ne: 6\n");
  });

  it("generated histories: with the driver, exactly the entries that both sides changed differently are in conflict", async () => {
    const names = ["A", "B", "C", "D", "E", "F", "G"];
    const edit = fc.record({
      key: fc.constantFrom(...names),
      kind: fc.constantFrom<"set" | "unset">("set", "set", "unset"),
    });
    const edits = fc.uniqueArray(edit, { selector: ({ key }) => key, minLength: 1, maxLength: 4 });
    const history = fc.tuple(fc.subarray(names, { minLength: 2 }), edits, edits).map(([base, ours, theirs]) => {
      const valid = (side: readonly Edit[]) => side.filter(({ key, kind }) => kind === "set" || base.includes(key));
      return { base, ours: valid(ours), theirs: valid(theirs) };
    });
    const workspace = await repository({ driver: true });
    await fc.assert(
      fc.asyncProperty(history, async ({ base, ours, theirs }) => {
        fc.pre(ours.length > 0 && theirs.length > 0);
        const result = await merge(workspace, base, ours, theirs);
        const isConflict = ours.some(({ key, kind }) =>
          theirs.some((other) => other.key === key && (kind === "set" || other.kind === "set")),
        );
        expect(result.ran.status === 0).toBe(!isConflict);
        if (!isConflict) expect(tokens(result.merged)).toEqual(expectedTokens(result, ours, theirs, names));
      }),
      { numRuns: 15, interruptAfterTimeLimit: 40_000 },
    );
  });
});
