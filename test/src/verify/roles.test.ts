/** What one file says about another. */
import { describe, expect, it } from "vitest";
import { givesRoles, readRoles, roleOf } from "../../../src/verify/roles.ts";

const role = (path: string, text: string, of: string) => roleOf(readRoles([{ path, text }]), of);

it.each([
  ["kustomization.yaml", true],
  ["deploy/kustomization.yml", true],
  ["docker-compose.prod.yml", true],
  [".gitattributes", true],
  ["a/.sops.yaml", true],
  ["sops.yaml", false],
  ["values.yaml", false],
])("%s may give roles: %s", (path, may) => {
  expect(givesRoles(path)).toBe(may);
});

describe("a role", () => {
  const KUSTOMIZATION = "secretGenerator:\n- envs: [a.env]\n  files: [k=../keys/b.pem, c]\n";
  it.each([
    ["an env file of a generator", "app/kustomization.yaml", KUSTOMIZATION, "app/a.env", "secret-env"],
    ["a file of a generator, under another key", "app/kustomization.yaml", KUSTOMIZATION, "keys/b.pem", "secret-file"],
    ["a file that leads out of the repository", "kustomization.yaml", KUSTOMIZATION, "keys/b.pem", undefined],
    ["a secret of compose", "compose.yaml", "services: {}\nsecrets: {a: {file: ./s.txt}}\n", "s.txt", "secret-file"],
    ["secrets of something else", "compose.yaml", "secrets: {a: {file: ./s.txt}}\n", "s.txt", undefined],
    ["a pattern of git-crypt", ".gitattributes", "*.key filter=git-crypt diff=git-crypt\n", "x/a.key", "git-crypt"],
    ["a named key of git-crypt", ".gitattributes", "a filter=git-crypt-ops\n", "a", "git-crypt"],
    ["transcrypt", "x/.gitattributes", "*.secret filter=crypt\n", "x/a.secret", "transcrypt"],
    ["the last filter on the line", ".gitattributes", "a filter=git-crypt filter=lfs\n", "a", undefined],
    ["a pattern in a comment", ".gitattributes", "#a filter=git-crypt\n", "#a", undefined],
    [
      "a rule of SOPS that speaks of secrets",
      ".sops.yaml",
      "creation_rules:\n- path_regex: secrets/\n",
      "x/secrets/a",
      "sops",
    ],
    ["a rule of SOPS for everything", ".sops.yaml", "creation_rules:\n- path_regex: .*\\.yaml\n", "a.yaml", undefined],
    [
      "a rule of SOPS that is no pattern",
      ".sops.yaml",
      "creation_rules:\n- path_regex: secret(\n",
      "secret(",
      undefined,
    ],
    [
      "a rule of SOPS for some values only",
      ".sops.yaml",
      "creation_rules:\n- {path_regex: secret, encrypted_regex: data}\n",
      "secret",
      undefined,
    ],
  ] as const)("%s", (_, path, text, of, expected) => {
    expect(role(path, text, of)).toBe(expected);
  });
});
