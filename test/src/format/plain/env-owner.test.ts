/** Which .env files a kustomization or a compose file names. */
import { describe, expect, it } from "vitest";
import { envFilesNamedIn, mayNameEnvFiles } from "../../../../src/format/plain/env-owner.ts";

const KUSTOMIZATION = `resources: [x.yaml]
secretGenerator:
  - name: a
    envs: [a.env, sub/b.env]
    files: [not.env]
configMapGenerator:
  - name: b
    env: c.env
`;

const COMPOSE = `services:
  one: {image: x, env_file: one.env}
  two:
    env_file:
      - two.env
      - path: three.env
        required: false
      - {path: raw.env, format: raw}
  three: {image: y}
`;

describe("a file that names .env files", () => {
  it.each([
    ["kustomization.yaml", KUSTOMIZATION, "kubectl", ["a.env", "sub/b.env", "c.env"]],
    ["Kustomization", KUSTOMIZATION, "kubectl", ["a.env", "sub/b.env", "c.env"]],
    ["compose.yaml", COMPOSE, "compose", ["one.env", "two.env", "three.env"]],
    ["docker-compose.override.yml", COMPOSE, "compose", ["one.env", "two.env", "three.env"]],
  ])("called %s says who reads which", (name, text, dialect, files) => {
    expect(mayNameEnvFiles(name)).toBe(true);
    expect(envFilesNamedIn(name, text)).toEqual({ dialect, files });
  });

  it.each([
    ["is broken", "services: [\n"],
    ["is empty", ""],
    ["has another shape", "services: text\nsecretGenerator: {envs: [a.env]}\n"],
  ])("names none where it %s", (_what, text) => {
    expect(envFilesNamedIn("kustomization.yaml", text)?.files).toEqual([]);
    expect(envFilesNamedIn("compose.yml", text)?.files).toEqual([]);
  });

  it("is no other file", () => {
    expect(mayNameEnvFiles("values.yaml")).toBe(false);
    expect(envFilesNamedIn("values.yaml", COMPOSE)).toBeUndefined();
  });
});
