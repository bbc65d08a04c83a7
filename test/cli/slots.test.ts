/** Files with values for several environments: every command reads them, keeps them byte for byte, and changes none without --env. */
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../../src/crypto/engine.ts";
import { sealToken } from "../../src/crypto/seal-token.ts";
import { parsePublicKeys } from "../../src/keys/index.ts";
import { nativeEngine } from "../../src/node/engine.ts";
import { slottedYaml } from "../support/slots.ts";
import { Workspace } from "../support/workspace.ts";

let workspace: Workspace;
let before: string;

const raw = async (recipient: string, key: string) =>
  (
    await workspace.lacre(["seal", "--raw", "-r", recipient, "--namespace", "shop", "--name", "db", "--key", key], {
      input: `value-of-${recipient}`,
    })
  ).stdout.trim();

beforeEach(async () => {
  workspace = await (await new Workspace().withKey("prod")).withKey("staging");
  before = slottedYaml(await raw("prod.pub", "PLAIN"), {
    staging: await raw("staging.pub", "SLOTTED"),
    production: await raw("prod.pub", "SLOTTED"),
  });
  workspace.write("db.yaml", before);
});

describe("a file with values for several environments", () => {
  it("opens with the key of one of them", async () => {
    const opened = await workspace.lacre(["open", "-k", "prod.key", "db.yaml"]);
    expect(opened.stdout).toContain("SLOTTED: value-of-prod.pub");
    expect(opened.status).toBe(0);
  });

  it("opens for nobody who holds the keys of two", async () => {
    const ran = await workspace.lacre(["open", "-k", "prod.key", "-k", "staging.key", "db.yaml"]);
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toMatch(/entry SLOTTED: your keys open the values of several environments\nhint: .*--env/);
  });

  it("is inspected value by value", async () => {
    const { stdout } = await workspace.lacre(["inspect", "db.yaml"]);
    expect(stdout).toMatch(/^ {2}SLOTTED \(staging\) .*\n {2}SLOTTED \(production\) /m);
    const [{ entries }] = JSON.parse((await workspace.lacre(["inspect", "--json", "db.yaml"])).stdout);
    expect(entries.map(({ key, environment }: Record<string, string>) => [key, environment])).toEqual([
      ["PLAIN", undefined],
      ["SLOTTED", "staging"],
      ["SLOTTED", "production"],
    ]);
  });

  it("is clean, and no longer said to be what nobody accepts", async () => {
    expect(await workspace.lacre(["verify", "db.yaml"])).toMatchObject({ status: 0 });
  });

  it("is found where a value of one environment was moved or cut, with line and environment", async () => {
    workspace.write("db.yaml", before.replace("SLOTTED:", "OTHER:"));
    const moved = await workspace.lacre(["verify", "db.yaml"]);
    expect(moved.status).toBe(3);
    expect(moved.stdout).toMatch(/^db\.yaml:14:.*OTHER \(staging\)/m);
    expect(moved.stdout).toMatch(/^db\.yaml:16:.*OTHER \(production\)/m);
  });

  it("is shown by textconv without any token", async () => {
    const { stdout } = await workspace.lacre(["textconv", "db.yaml"]);
    expect(stdout).not.toContain("lacre1.");
    expect(stdout.match(/<sealed /g)).toHaveLength(3);
  });

  it.each([
    ["set", (w: Workspace) => w.lacre(["set", "db.yaml", "SLOTTED", "-r", "prod.pub"], { input: "new" })],
    ["unset", (w: Workspace) => w.lacre(["unset", "db.yaml", "SLOTTED"])],
    [
      "reseal",
      (w: Workspace) => w.lacre(["reseal", "-k", "prod.key", "-k", "staging.key", "-r", "new.pub", "db.yaml"]),
    ],
    ["seal", (w: Workspace) => w.lacre(["seal", "-r", "prod.pub", "plain.yaml", "-o", "db.yaml"])],
    [
      "edit",
      (w: Workspace) =>
        w.lacre(["edit", "-r", "prod.pub", "db.yaml"], { env: { EDITOR: "sed -i s/^SLOTTED:.*/SLOTTED:\\ new/" } }),
    ],
    [
      "edit away",
      (w: Workspace) => w.lacre(["edit", "-r", "prod.pub", "db.yaml"], { env: { EDITOR: "sed -i /^SLOTTED/d" } }),
    ],
  ])("is not changed by %s, which names --env", async (_name, run) => {
    await workspace.withKey("new");
    workspace.write(
      "plain.yaml",
      "apiVersion: v1\nkind: Secret\nmetadata: { name: db, namespace: shop }\nstringData: { SLOTTED: new }\n",
    );
    const ran = await run(workspace);
    expect([ran.status === 0, workspace.read("db.yaml") === before]).toEqual([false, true]);
    expect(ran.stderr).toContain("--env");
  });

  it("keeps them byte for byte where another entry is set, removed, edited or added", async () => {
    const kept = before.slice(before.indexOf("    SLOTTED:"));
    const ended = () => workspace.read("db.yaml");
    expect((await workspace.lacre(["set", "db.yaml", "PLAIN", "-r", "prod.pub"], { input: "new" })).status).toBe(0);
    expect(ended().endsWith(kept)).toBe(true);
    expect((await workspace.lacre(["set", "db.yaml", "A", "-r", "prod.pub"], { input: "new" })).status).toBe(0);
    expect(ended().endsWith(kept)).toBe(true);
    const EDITOR = "sed -i s/^A:.*/A:\\ other/";
    expect((await workspace.lacre(["edit", "-r", "prod.pub", "db.yaml"], { env: { EDITOR } })).status).toBe(0);
    expect((await workspace.lacre(["unset", "db.yaml", "A"])).status).toBe(0);
    expect(ended().endsWith(kept)).toBe(true);
  });

  it("is judged by the environments of the configuration: a value has keys of its own one", async () => {
    workspace.write("keys/staging.pub", workspace.read("staging.pub"));
    workspace.write("keys/prod.pub", workspace.read("prod.pub"));
    workspace.write(
      ".lacre.yaml",
      "version: 1\nenvironments:\n  staging: { keys: keys/staging.pub }\n  production: { keys: keys/prod.pub }\n",
    );
    workspace.git("init", "-q");
    await workspace.pin("keys/staging.pub", "staging");
    await workspace.pin("keys/prod.pub", "production");
    expect(await workspace.lacre(["verify", "db.yaml"])).toMatchObject({ status: 0 });
    workspace.write(
      "db.yaml",
      before.replace("staging:", "X:").replace("production:", "staging:").replace("X:", "production:"),
    );
    const swapped = await workspace.lacre(["verify", "db.yaml"]);
    expect([swapped.status, swapped.stdout.match(/sealed-recipient-unknown/g)?.length]).toEqual([3, 2]);
    workspace.write("db.yaml", before.replace("staging:", "test:"));
    expect((await workspace.lacre(["verify", "db.yaml"])).stdout).toMatch(/SLOTTED \(test\)/);
  });

  it("is in conflict where one side removed a value and the other moved and changed it, also if the text merges", async () => {
    const [, staging = ""] = /staging: .*\n\s+sealed: (\S+)/.exec(before) ?? [];
    const block = before.slice(before.indexOf("        staging:"), before.indexOf(staging) + staging.length + 1);
    const removed = before.replace(block, "");
    const changed = removed + block.replace(staging, await raw("staging.pub", "SLOTTED"));
    workspace.write("base", before);
    workspace.write("ours", removed);
    workspace.write("theirs", changed);
    const merged = await workspace.lacre(["merge-driver", "base", "ours", "theirs", "7", "db.yaml"]);
    expect(merged).toMatchObject({ status: 1 });
    expect(merged.stderr).toContain(
      "conflict in db.yaml: shop/db, entry SLOTTED (staging): ours removed; theirs sealed",
    );
    expect(workspace.read("ours")).not.toContain("<<<<<<<");
  });

  it("keeps the result of a Job from being taken at all, and not from half of the files", async () => {
    const engine = nativeEngine() as Engine;
    const recipients = parsePublicKeys(engine, workspace.read("prod.pub"));
    const place = { namespace: "shop", name: "a", key: "A" };
    const token = () =>
      sealToken(engine, { value: Buffer.from("x"), scope: "strict", place, recipients, sealedAt: 1_790_000_000n });
    const [old, fresh] = [token(), token()];
    const head = "apiVersion: lacre.dev/v1alpha1\nkind: SealedSecret\nmetadata: {name: a, namespace: shop}\nspec:\n";
    const plain = `${head}  entries:\n    A:\n      sealed: ${old}\n`;
    workspace.write("a.yaml", plain);
    const production = /production: .*\n\s+sealed: (\S+)/.exec(before)?.[1] ?? "";
    const replaces = (text: string) => createHash("sha256").update(text).digest("hex");
    const lines = [
      { lacre: "reseal-1", cluster: "prod" },
      { ...place, replaces: replaces(old), token: fresh },
      { namespace: "shop", name: "db", key: "SLOTTED", replaces: replaces(production), token: production },
      { lacre: "reseal-end", entries: 2, left: 0 },
    ];
    workspace.write("result", lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const ran = await workspace.lacre(["reseal", "--from", "result", "-r", "prod.pub", "a.yaml", "db.yaml"]);
    expect(ran.stderr).toMatch(/entry SLOTTED has a value for each environment.*\nhint: .*nothing was changed/);
    expect([ran.status, workspace.read("a.yaml")]).toEqual([2, plain]);
    const alone = await workspace.lacre(["reseal", "--from", "result", "-r", "prod.pub", "a.yaml"]);
    expect([alone.status, workspace.read("a.yaml")]).toEqual([0, plain.replace(old, fresh)]);
  });
});
