/** What git is run with. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { gitEnvironment } from "../../../controller/sources/git-command.ts";

describe("git's environment", () => {
  it("has no GIT_* but those that say how to authenticate and where the configuration is, and no LACRE_*", () => {
    const passed = gitEnvironment({
      PATH: "/bin",
      HOME: "/root",
      SSH_AUTH_SOCK: "/agent",
      https_proxy: "http://proxy",
      GIT_SSH_COMMAND: "ssh -i key",
      GIT_CONFIG_GLOBAL: "/etc/lacre/gitconfig",
      GIT_DIR: "/elsewhere",
      GIT_OBJECT_DIRECTORY: "/elsewhere",
      GIT_ALTERNATE_OBJECT_DIRECTORIES: "/elsewhere",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "gpg.ssh.program",
      GIT_CONFIG_VALUE_0: "true",
      GIT_CONFIG_PARAMETERS: "'gpg.ssh.program'='true'",
      GIT_GRAFT_FILE: "/elsewhere",
      GIT_SHALLOW_FILE: "/elsewhere",
      GIT_REPLACE_REF_BASE: "refs/heads",
      GIT_EXEC_PATH: "/elsewhere",
      GIT_TERMINAL_PROMPT: "1",
      LACRE_KEY_FILE: "/etc/lacre/prod.key",
    });
    expect(passed).toEqual({
      PATH: "/bin",
      HOME: "/root",
      SSH_AUTH_SOCK: "/agent",
      https_proxy: "http://proxy",
      GIT_SSH_COMMAND: "ssh -i key",
      GIT_CONFIG_GLOBAL: "/etc/lacre/gitconfig",
      GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
      GIT_TERMINAL_PROMPT: "0",
      GIT_NO_REPLACE_OBJECTS: "1",
      LC_ALL: "C",
    });
    expect(gitEnvironment({})).toMatchObject({ GIT_SSH_COMMAND: "ssh -o BatchMode=yes" });
  });

  it("lets nobody choose another repository, or a program for signatures, whatever the controller was started with", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-git-"));
    try {
      const git = (...args: readonly string[]) => spawnSync("git", args, { cwd: directory, encoding: "utf8" });
      git("init", "-q", "-b", "main", "origin");
      git("-C", "origin", "-c", "user.name=t", "-c", "user.email=t@x", "commit", "-qm", "x", "--allow-empty");
      git("init", "-q", "-b", "main", "victim");
      // A repository around the controller's directory: its configuration would send git elsewhere.
      git("init", "-q", "-b", "main", ".");
      git(
        "config",
        `url.file://${path.join(directory, "victim")}.insteadOf`,
        `file://${path.join(directory, "origin")}`,
      );
      const source = path.join(import.meta.dirname, "../../../controller/sources/git.ts");
      const script = `const { gitSource } = await import(${JSON.stringify(source)});
        const one = gitSource("origin", "main", "clone");
        console.log((await one.snapshot()).revision);
        one.close();`;
      const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        timeout: 30_000,
        cwd: directory,
        encoding: "utf8",
        env: {
          ...process.env,
          GIT_DIR: path.join(directory, "victim/.git"),
          GIT_OBJECT_DIRECTORY: path.join(directory, "victim/.git/objects"),
        },
      });
      expect(ran.stdout.trim()).toBe(git("-C", "origin", "rev-parse", "HEAD").stdout.trim());
      expect(git("-C", "victim", "for-each-ref").stdout).toBe("");
      expect(git("-C", "victim", "count-objects").stdout).toMatch(/^0 objects/);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
});
