/** What a sealed value can make `lacre exec` do: anybody with the public key may have sealed it. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

describe("lacre exec", () => {
  const withValues = (values: Record<string, string>) => {
    const at = new Workspace().withKey();
    at.write("db.yaml", at.lacre(["seal", "-r", "prod.pub", "--no-cache"], { input: secretYaml("db", values) }).stdout);
    return at;
  };
  const show = (...names: readonly string[]) => [
    "node",
    "-e",
    `for (const n of ${JSON.stringify(names)}) console.log(process.env[n])`,
  ];

  it("refuses values that would choose which code runs, and starts nothing", () => {
    for (const name of [
      "PATH",
      "NODE_OPTIONS",
      "BASH_ENV",
      "LD_PRELOAD",
      "GIT_SSH_COMMAND",
      "HTTPS_PROXY",
      "LACRE_KEY_FILE",
    ]) {
      const at = withValues({ [name]: "--require=./evil.cjs", DB: "x" });
      at.write("evil.cjs", "require('node:fs').writeFileSync('ran', '')");
      const ran = at.lacre([
        "exec",
        "-k",
        "prod.key",
        "db.yaml",
        "--",
        "node",
        "-e",
        "require('node:fs').writeFileSync('ran', '')",
      ]);
      expect([ran.status, ran.stdout, ran.stderr]).toEqual([
        expect.any(Number),
        "",
        expect.stringContaining(`the variable ${name}`),
      ]);
      expect(ran.status).not.toBe(0);
      expect(ran.stderr).not.toContain("evil");
      expect(fs.existsSync(at.file("ran"))).toBe(false);
    }
  });

  it("takes such a value when it is allowed by name, leaves it out, or calls it otherwise", () => {
    const at = withValues({ NODE_ENV: "production", DB: "x" });
    const run = (...options: readonly string[]) =>
      at.lacre([
        "exec",
        "-k",
        "prod.key",
        ...options,
        "db.yaml",
        "--",
        ...show("NODE_ENV", "DB", "APP_NODE_ENV", "APP_DB"),
      ]).stdout;
    expect(run("--allow", "NODE_ENV")).toBe("production\nx\nundefined\nundefined\n");
    expect(run("--only", "DB")).toBe("undefined\nx\nundefined\nundefined\n");
    expect(run("--prefix", "APP_")).toBe("undefined\nundefined\nproduction\nx\n");
    expect(at.lacre(["exec", "-k", "prod.key", "--only", "NONE", "db.yaml", "--", "true"]).stderr).toContain(
      "no entry NONE",
    );
  });

  it("does not replace a variable that is set, unless it is allowed by name", () => {
    const at = withValues({ DB: "sealed" });
    const run = (env: Record<string, string>, ...options: readonly string[]) =>
      at.lacre(["exec", "-k", "prod.key", ...options, "db.yaml", "--", ...show("DB")], { env });
    const refused = run({ DB: "mine" });
    expect([refused.stdout, refused.stderr]).toEqual(["", expect.stringContaining("the variable DB is set already")]);
    expect(run({ DB: "mine" }, "--allow", "DB").stdout).toBe("sealed\n");
    expect(run({ DB: "sealed" }).stdout).toBe("sealed\n");
  });

  it("does not tell the program where the private key is, with variables and with files", () => {
    const at = withValues({ DB: "x" });
    for (const options of [[], ["--files"]]) {
      const ran = at.lacre(["exec", ...options, "db.yaml", "--", ...show("LACRE_KEY_FILE", "LACRE_SIGN_WITH")], {
        env: { LACRE_KEY_FILE: at.file("prod.key"), LACRE_SIGN_WITH: "x" },
      });
      expect([ran.status, ran.stdout]).toEqual([0, "undefined\nundefined\n"]);
    }
  });

  it("the same names are not printed into an .env file, unless they are allowed", () => {
    const at = withValues({ LD_PRELOAD: "./evil.so", DB: "x" });
    const open = (...options: readonly string[]) =>
      at.lacre(["open", "-k", "prod.key", "-f", "dotenv", ...options, "db.yaml"]);
    expect([open().status, open().stdout, open().stderr]).toEqual([
      1,
      "",
      expect.stringContaining("LD_PRELOAD would change"),
    ]);
    expect(open("--allow", "LD_PRELOAD").stdout).toContain("DB=");
  });
});
