/** Which .lacre.yaml is obeyed, and where its paths may lead. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../../support/workspace.ts";

const input = secretYaml("db", { A: "a" });

describe(".lacre.yaml", () => {
  const repository = async (keys: string) => {
    const at = await new Workspace().withKey();
    at.write("work/.lacre.yaml", `version: 1\nenvironments:\n  prod: { keys: ${keys} }\n`);
    fs.mkdirSync(at.file("work/.git"));
    return at;
  };
  const seal = (at: Workspace, directory = "work") =>
    at.lacre(["seal", "--no-cache"], { input, cwd: at.file(directory) });

  it("has paths below its directory only: not up, not absolute, not through a link", async () => {
    for (const keys of ["../prod.pub", "keys/../../prod.pub"]) {
      const at = await repository(keys);
      expect([(await seal(at)).status, (await seal(at)).stderr]).toEqual([
        expect.any(Number),
        expect.stringContaining("leads out of its directory"),
      ]);
    }
    const linked = await repository("keys/prod.pub");
    fs.mkdirSync(linked.file("work/keys"));
    fs.symlinkSync("../../prod.pub", linked.file("work/keys/prod.pub"));
    expect((await seal(linked)).stderr).toContain("leads out of its directory");
  });

  it("above the root of the work tree is not obeyed", async () => {
    const at = await repository("prod.pub");
    fs.copyFileSync(at.file("prod.pub"), at.file("work/prod.pub"));
    expect((await (await at.pin("work/prod.pub")).lacre(["seal"], { input, cwd: at.file("work") })).status).toBe(0);
    fs.mkdirSync(at.file("work/inner/.git"), { recursive: true });
    expect((await seal(at, "work/inner")).stderr).toContain("no public key to seal with");
  });

  it.runIf(process.getuid?.() === 0)("of another user is not obeyed", async () => {
    const at = await repository("prod.pub");
    fs.copyFileSync(at.file("prod.pub"), at.file("work/prod.pub"));
    fs.chownSync(at.file("work/.lacre.yaml"), 65_534, 65_534);
    expect((await seal(at)).stderr).toContain("belongs to another user");
  });

  it("keys fetch writes through no link that the repository brings", async () => {
    const at = await repository("keys/prod.keys");
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-outside-"));
    const victim = path.join(outside, "victim");
    fs.writeFileSync(victim, "mine");
    fs.mkdirSync(at.file("work/keys"));
    fs.symlinkSync(victim, at.file("work/keys/prod.keys"));
    const made = await at.lacre(["keys", "generate", "--cluster", "prod", "-k", "prod.store"]);
    at.write("list", made.stdout);
    const ran = await at.lacre(["keys", "fetch", "--from", at.file("list"), "--env", "prod"], { cwd: at.file("work") });
    expect([ran.status, fs.readFileSync(victim, "utf8")]).toEqual([expect.any(Number), "mine"]);
    expect(ran.stderr).toContain("leads out of its directory");
  });
});
