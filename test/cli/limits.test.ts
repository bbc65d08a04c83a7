/** What no cluster takes is not sealed, and verify says so; what is there already can be made smaller. */
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

const values = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`A${at}`, "x"]));

describe("the limits of the CRD", () => {
  it("hold for seal and set, and unset works beyond them", async () => {
    const one = await new Workspace().withKey();
    one.write("db.yaml", secretYaml("db", values(513)));
    const refused = await one.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"]);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("Secret shop/db has more than 512 entries, which no cluster takes"),
    ]);
    one.write("db.yaml", secretYaml("db", values(512)));
    expect((await one.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"])).status).toBe(0);
    const before = one.read("db.yaml");
    const added = await one.lacre(["set", "db.yaml", "B", "-r", "prod.pub"], { input: "x" });
    expect([added.status, one.read("db.yaml")]).toEqual([1, before]);
    expect((await one.lacre(["set", "db.yaml", "A0", "-r", "prod.pub"], { input: "y" })).status).toBe(0);

    const [token = ""] = /lacre1\.[\w-]+/.exec(before) ?? [];
    one.write("db.yaml", before.replace("  entries:\n", `  entries:\n    B:\n      sealed: ${token}\n`));
    const found = await one.lacre(["verify", "db.yaml"]);
    expect([found.status, found.stdout]).toEqual([3, expect.stringContaining("sealed-secret-too-large")]);
    expect((await one.lacre(["unset", "db.yaml", "B"])).status).toBe(0);
    expect((await one.lacre(["verify", "db.yaml"])).status).toBe(0);
  });

  it("hold for labels and annotations", async () => {
    const one = await new Workspace().withKey();
    const yaml = (what: string) => secretYaml("db", { A: "x" }).replace("metadata:\n", `metadata:\n  ${what}\n`);
    for (const [what, says] of [
      [`labels: { a: ${"x".repeat(64)} }`, "the label a with more than 63 characters"],
      [`annotations: { a: ${"x".repeat(65_537)} }`, "the annotation a with more than 65536 characters"],
    ] as const) {
      one.write("db.yaml", yaml(what));
      const ran = await one.lacre(["seal", "-i", "-r", "prod.pub", "db.yaml"]);
      expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining(says)]);
    }
  });
});
