/** Real programs that obey a sealed value, if they are given it: `lacre exec` does not give it. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { secretYaml, Workspace } from "../support/workspace.ts";

/** A variable whose value makes a program run ./evil, or the file of the value's name, and the command that does. */
type Attack = {
  readonly name: string;
  readonly value: string;
  readonly command: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
};

const NODE_EVIL = "require('node:fs').writeFileSync('ran', '')";

const ATTACKS: readonly Attack[] = [
  {
    name: "TAR_OPTIONS",
    value: "--checkpoint=1 --checkpoint-action=exec=./evil",
    command: ["tar", "cf", "o.tar", "x"],
  },
  { name: "GNUMAKEFLAGS", value: "--eval=$(shell ./evil)", command: ["make"] },
  { name: "MAKEFLAGS", value: "SHELL=./evil", command: ["make"], files: { Makefile: "all:\n\t@true\n" } },
  { name: "MAKEFILES", value: "more.mk", command: ["make"], files: { "more.mk": "$(shell ./evil)\n" } },
  { name: "CC", value: "./evil", command: ["make", "x.o"], files: { "x.c": "" } },
  { name: "BASH_ENV", value: "./evil", command: ["bash", "-c", "exec bash -c : < /dev/null"] },
  {
    name: "NODE_OPTIONS",
    value: "--require=./evil.cjs",
    command: ["node", "-e", ""],
    files: { "evil.cjs": NODE_EVIL },
  },
  { name: "GIT_EXTERNAL_DIFF", value: "./evil", command: ["git", "diff", "--ext-diff", "--no-index", "x", "evil"] },
  { name: "GIT_SSH_COMMAND", value: "./evil", command: ["git", "ls-remote", "ssh://host/x"] },
  { name: "GIT_ASKPASS", value: "./evil", command: ["git", "credential", "fill"] },
  {
    name: "PERL5OPT",
    value: "-MEvil -I.",
    command: ["perl", "-e", ""],
    files: { "Evil.pm": "open(my $f, '>', 'ran'); 1;" },
  },
  {
    name: "PYTHONPATH",
    value: ".",
    command: ["python3", "-c", ""],
    files: { "sitecustomize.py": "open('ran', 'w')" },
  },
  { name: "LESSOPEN", value: "./evil %s", command: ["less", "x"] },
  { name: "PATH", value: ".", command: ["/bin/sh", "-c", "evil"] },
];

const isHere = ([command = ""]: readonly string[]) =>
  spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;

const under = async (name: string, value: string) => {
  const at = await new Workspace().withKey();
  const input = secretYaml("db", { [name]: value, DB: "x" });
  at.write("db.yaml", (await at.lacre(["seal", "-r", "prod.pub", "--no-cache"], { input })).stdout);
  at.write("x", "x\n");
  at.write("evil", "#!/bin/sh\n: > ran\n", 0o755);
  return at;
};

describe("lacre exec, with a value that a program would obey", () => {
  for (const { name, value, command, files = {} } of ATTACKS) {
    it.runIf(isHere(command))(`${command[0]} does not get ${name}, and is not started`, async () => {
      const at = await under(name, value);
      for (const [file, content] of Object.entries(files)) at.write(file, content);
      const run = (...options: readonly string[]) =>
        at.lacre(["exec", "-k", "prod.key", ...options, "db.yaml", "--", ...command], {
          env: { SHELL: "/bin/sh" },
          input: "protocol=https\nhost=example.org\n\n",
        });
      const refused = await run();
      expect([refused.status, refused.stdout, refused.stderr]).toEqual([
        1,
        "",
        expect.stringMatching(
          new RegExp(`^lacre: error: db.yaml: the variable ${name} would change .*\nhint: .*--allow ${name}\n$`),
        ),
      ]);
      expect(fs.existsSync(at.file("ran"))).toBe(false);
      // The same program would have obeyed: so the refusal is what kept it.
      await run("--allow", name);
      expect(fs.existsSync(at.file("ran"))).toBe(true);
    });
  }
});
