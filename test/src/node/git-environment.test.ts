/** What git is run with. */
import { describe, expect, it } from "vitest";
import { gitEnvironment } from "../../../src/node/git-environment.ts";

/** As a hook of a linked work tree, an alias, a server and a CI system may hand them on. */
const INHERITED = {
  PATH: "/bin",
  HOME: "/root",
  SSH_AUTH_SOCK: "/agent",
  https_proxy: "http://proxy",
  GIT_SSH_COMMAND: "ssh -i key",
  GIT_CONFIG_GLOBAL: "/etc/lacre/gitconfig",
  GIT_DIR: "/elsewhere",
  GIT_WORK_TREE: "/elsewhere",
  GIT_COMMON_DIR: "/elsewhere",
  GIT_PREFIX: "sub/",
  GIT_INDEX_FILE: ".git/next-index-4711.lock",
  GIT_OBJECT_DIRECTORY: "/quarantine",
  GIT_ALTERNATE_OBJECT_DIRECTORIES: "/objects",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_CONFIG_PARAMETERS: "'gpg.ssh.program'='true'",
  GIT_CEILING_DIRECTORIES: "/home",
  GIT_GRAFT_FILE: "/elsewhere",
  GIT_SHALLOW_FILE: "/elsewhere",
  GIT_REPLACE_REF_BASE: "refs/heads",
  GIT_ICASE_PATHSPECS: "1",
  GIT_EXTERNAL_DIFF: "true",
  GIT_TRACE: "1",
  GIT_EXEC_PATH: "/elsewhere",
  GIT_TERMINAL_PROMPT: "1",
  LACRE_KEY_FILE: "/etc/lacre/prod.key",
};

const EVERYWHERE = {
  PATH: "/bin",
  HOME: "/root",
  SSH_AUTH_SOCK: "/agent",
  https_proxy: "http://proxy",
  GIT_SSH_COMMAND: "ssh -i key",
  GIT_CONFIG_GLOBAL: "/etc/lacre/gitconfig",
  GIT_NO_REPLACE_OBJECTS: "1",
  LC_ALL: "C",
};

const OF_PEOPLE = {
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  GIT_CONFIG_PARAMETERS: "'gpg.ssh.program'='true'",
  GIT_CEILING_DIRECTORIES: "/home",
  GIT_TERMINAL_PROMPT: "1",
};

describe("git's environment", () => {
  it("in our own clone has no GIT_* but those that say how to authenticate and where the configuration is, and no LACRE_*", () => {
    expect(gitEnvironment(INHERITED, "clone")).toEqual({
      ...EVERYWHERE,
      GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
      GIT_TERMINAL_PROMPT: "0",
    });
    expect(gitEnvironment({}, "clone")).toMatchObject({ GIT_SSH_COMMAND: "ssh -o BatchMode=yes" });
  });

  it("in the work tree where somebody is has the index and the objects of the commit under way, and never names a repository", () => {
    expect(gitEnvironment(INHERITED, "here")).toEqual({
      ...EVERYWHERE,
      ...OF_PEOPLE,
      GIT_INDEX_FILE: ".git/next-index-4711.lock",
      GIT_OBJECT_DIRECTORY: "/quarantine",
      GIT_ALTERNATE_OBJECT_DIRECTORIES: "/objects",
    });
  });

  it("in a work tree elsewhere has what somebody set for all of theirs, and nothing of a commit", () => {
    expect(gitEnvironment(INHERITED, "elsewhere")).toEqual({ ...EVERYWHERE, ...OF_PEOPLE });
  });

  it("asks people as their git does, and fetches as it does", () => {
    expect(gitEnvironment({}, "here")).toEqual({ GIT_NO_REPLACE_OBJECTS: "1", LC_ALL: "C" });
  });
});
