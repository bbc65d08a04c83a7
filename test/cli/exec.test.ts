/** What a sealed value can make `lacre exec` do: anybody with the public key may have sealed it. */
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

describe("lacre exec", () => {
  const withValues = async (values: Record<string, string>) => {
    const at = await new Workspace().withKey();
    at.write(
      "db.yaml",
      (await at.lacre(["seal", "-r", "prod.pub", "--no-cache"], { input: secretYaml("db", values) })).stdout,
    );
    return at;
  };
  const show = (...names: readonly string[]) => [
    "node",
    "-e",
    `for (const n of ${JSON.stringify(names)}) console.log(process.env[n])`,
  ];

  it("refuses values that would choose which code runs, and starts nothing", async () => {
    for (const name of [
      "PATH",
      "NODE_OPTIONS",
      "BASH_ENV",
      "LD_PRELOAD",
      "GIT_SSH_COMMAND",
      "HTTPS_PROXY",
      "LACRE_KEY_FILE",
    ]) {
      const at = await withValues({ [name]: "--require=./evil.cjs", DB: "x" });
      at.write("evil.cjs", "require('node:fs').writeFileSync('ran', '')");
      const ran = await at.lacre([
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

  it("takes such a value when it is allowed by name, leaves it out, or calls it otherwise", async () => {
    const at = await withValues({ NODE_ENV: "production", DB: "x" });
    const run = async (...options: readonly string[]) =>
      (
        await at.lacre([
          "exec",
          "-k",
          "prod.key",
          ...options,
          "db.yaml",
          "--",
          ...show("NODE_ENV", "DB", "APP_NODE_ENV", "APP_DB"),
        ])
      ).stdout;
    expect(await run("--allow", "NODE_ENV")).toBe("production\nx\nundefined\nundefined\n");
    expect(await run("--only", "DB")).toBe("undefined\nx\nundefined\nundefined\n");
    expect(await run("--prefix", "APP_")).toBe("undefined\nundefined\nproduction\nx\n");
    expect((await at.lacre(["exec", "-k", "prod.key", "--only", "NONE", "db.yaml", "--", "true"])).stderr).toContain(
      "no entry NONE",
    );
  });

  it("names all entries that it refuses and what would let them pass, in one line, and nothing of their values", async () => {
    const at = await withValues({ TAR_OPTIONS: "value-1", DB: "value-2", USER: "value-3", ACME_PAGER: "value-4" });
    const ran = await at.lacre(["exec", "-k", "prod.key", "db.yaml", "--", "true"], { env: { USER: "me" } });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([
      1,
      "",
      "lacre: error: db.yaml: the variable ACME_PAGER would change which programs are found or started; TAR_OPTIONS would change the " +
        "options of a program; USER is set already\n" +
        "hint: name what is wanted with --only; or, if it is meant: " +
        "--allow ACME_PAGER --allow TAR_OPTIONS --allow USER\n",
    ]);
  });

  it("asks nothing for what applications and CI jobs usually seal", async () => {
    const names = [
      "DATABASE_URL",
      "NPM_TOKEN",
      "DOCKER_PASSWORD",
      "SSH_PRIVATE_KEY",
      "AWS_SECRET_ACCESS_KEY",
      "TF_VAR_db",
    ];
    const at = await withValues(Object.fromEntries(names.map((name) => [name, "v"])));
    expect(await at.lacre(["exec", "-k", "prod.key", "db.yaml", "--", ...show(...names)])).toMatchObject({
      status: 0,
      stdout: "v\n".repeat(names.length),
    });
  });

  it("knows that entries called constructor, toString and __proto__ are not set already", async () => {
    const at = await withValues({ constructor: "1", toString: "2", ["__proto__"]: "3" });
    const ran = await at.lacre(["exec", "-k", "prod.key", "db.yaml", "--", "env"]);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout.split("\n")).toEqual(expect.arrayContaining(["constructor=1", "toString=2", "__proto__=3"]));
  });

  it("gives the named entries only as files, and takes no option there that is about variables", async () => {
    const at = await withValues({ DB: "x", PATH: "/evil" });
    const run = (...options: readonly string[]) =>
      at.lacre(["exec", "-k", "prod.key", "--files", ...options, "db.yaml", "--", "sh", "-c", 'ls "$LACRE_FILES"']);
    expect((await run()).stdout).toBe("DB\nPATH\n");
    expect((await run("--only", "DB")).stdout).toBe("DB\n");
    expect((await run("--only", "DB,NONE")).stderr).toContain("no entry NONE");
    for (const option of [
      ["--prefix", "APP_"],
      ["--allow", "DB"],
    ]) {
      expect(await run(...option)).toMatchObject({ status: 2, stdout: "" });
    }
  });

  it("does not replace a variable that is set, unless it is allowed by name", async () => {
    const at = await withValues({ DB: "sealed" });
    const run = (env: Record<string, string>, ...options: readonly string[]) =>
      at.lacre(["exec", "-k", "prod.key", ...options, "db.yaml", "--", ...show("DB")], { env });
    const refused = await run({ DB: "mine" });
    expect([refused.stdout, refused.stderr]).toEqual([
      "",
      expect.stringMatching(/the variable DB is set already\n.*--prefix/),
    ]);
    expect((await run({ DB: "mine" }, "--allow", "DB")).stdout).toBe("sealed\n");
    expect((await run({ DB: "sealed" })).stdout).toBe("sealed\n");
  });

  it("does not tell the program where the private key is, with variables and with files", async () => {
    const at = await withValues({ DB: "x" });
    for (const options of [[], ["--files"]]) {
      const ran = await at.lacre(["exec", ...options, "db.yaml", "--", ...show("LACRE_KEY_FILE", "LACRE_SIGN_WITH")], {
        env: { LACRE_KEY_FILE: at.file("prod.key"), LACRE_SIGN_WITH: "x" },
      });
      expect([ran.status, ran.stdout]).toEqual([0, "undefined\nundefined\n"]);
    }
  });

  it("the same names are not printed into an .env file, unless they are allowed or left out", async () => {
    const at = await withValues({ LD_PRELOAD: "./evil.so", TAR_OPTIONS: "-I./evil", DB: "x" });
    const open = (...options: readonly string[]) =>
      at.lacre(["open", "-k", "prod.key", "-f", "dotenv", ...options, "db.yaml"]);
    expect([(await open()).status, (await open()).stdout, (await open()).stderr]).toEqual([
      1,
      "",
      expect.stringMatching(/LD_PRELOAD would change .*; TAR_OPTIONS would change .*\nhint: .*--only/),
    ]);
    expect((await open("--allow", "LD_PRELOAD")).stdout).toBe("");
    expect((await open("--allow", "LD_PRELOAD", "--allow", "TAR_OPTIONS")).stdout).toContain(
      "DB=x\nLD_PRELOAD=./evil.so\n",
    );
    expect((await open("--only", "DB")).stdout).toBe("DB=x\n");
    expect((await open("--only", "NONE")).stderr).toContain("no entry NONE");
    const yaml = await at.lacre(["open", "-k", "prod.key", "--only", "DB", "db.yaml"]);
    expect([yaml.status, yaml.stdout]).toEqual([2, ""]);
  });

  it("an .env file that a shell sources runs neither a name nor a value", async () => {
    const sourced = async (values: Record<string, string>) => {
      const at = await withValues(values);
      at.write("a.b=/evil", "#!/bin/sh\n: > ran\n", 0o755);
      at.write("evil", "#!/bin/sh\n: > ran\n", 0o755);
      const opened = await at.lacre(["open", "-k", "prod.key", "-f", "dotenv", "--env-dialect", "bash", "db.yaml"]);
      at.write("env", opened.stdout);
      at.sh(". ./env");
      expect(fs.existsSync(at.file("ran"))).toBe(false);
      return [opened.status, opened.stdout, opened.stderr];
    };
    expect(await sourced({ "a.b": "/evil" })).toEqual([1, "", expect.stringContaining("a.b is no name of a variable")]);
    for (const value of ["it's `./evil`", "it's $(./evil)"]) {
      const refused = [1, "", expect.stringContaining("no .env file holds the value of A for bash")];
      expect(await sourced({ A: value })).toEqual(refused);
    }
    expect((await sourced({ A: '$(./evil) "$(./evil)" \\$(./evil)\n$(./evil)', B: "`./evil`" }))[0]).toBe(0);
  });
});
