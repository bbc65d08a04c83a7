/** What a file is, by its path, and by its first lines where the path says nothing. */
import { expect, it } from "vitest";
import { fileKind } from "../../../../src/verify/text/file-kind.ts";

it.each([
  ["deploy/values.yaml", "", "config yaml"],
  ["values.yaml.bak", "", "config yaml"],
  [".env.production", "", "config line"],
  ["Dockerfile", "", "config shell"],
  ["main.tf", "", "config hcl"],
  ["pom.xml", "", "config xml"],
  [".netrc", "", "config spaced"],
  ["a.json", "", "config json"],
  ["src/main.go", "", "code code"],
  ["README.md", "", "code prose"],
  ["templates/a.yaml.j2", "", "config yaml"],
  ["locales/de.yaml", "", "code yaml"],
  ["package-lock.json", "", "generated line"],
  ["pnpm-lock.yaml", "", "generated yaml"],
  ["a.min.js", "", "generated line"],
  ["run", "#!/bin/sh\n", "config shell"],
  ["run", "#!/usr/bin/python\n", "code code"],
  ["thing", "import x\n", "code code"],
  ["thing", '{"a": 1}', "config json"],
  ["thing", "---\na: b\n", "config yaml"],
  ["thing", "a=b\n", "config line"],
])("%s that begins with %j is %s", (path, text, kind) => {
  const { trust, notation } = fileKind(path, text);
  expect(`${trust} ${notation}`).toBe(kind);
});
