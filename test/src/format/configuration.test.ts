/** .lacre.yaml as it is read: what it may say, and where a mistake stands. */
import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../src/format/configuration.ts";
import { decodeText } from "../../../src/format/yaml/source.ts";
import { refusalOf } from "../../support/refusal.ts";

const read = (text: string) => readConfiguration(decodeText(".lacre.yaml", text));
const NOTHING = { paths: [], allow: [], scopes: [], suites: [] };

describe("a configuration", () => {
  it("may say nothing but its version", () => {
    for (const text of ["version: 1\n", "version: 1\nenvironments:\nverify:\n"])
      expect(read(text)).toEqual({ environments: new Map(), verify: NOTHING });
  });

  it("has environments with all that they may say", () => {
    const { environments, defaultEnvironment } = read(`
version: 1
defaultEnvironment: dev
environments:
  dev: { keys: keys/dev.keys }
  prod:
    keys: [keys/a.keys, keys/b.keys]
    branch: main
    paths: ["prod/**"]
    namespace: shop
    promotesFrom: dev
`);
    expect(defaultEnvironment).toBe("dev");
    expect([...environments.values()]).toEqual([
      { name: "dev", keys: ["keys/dev.keys"] },
      {
        name: "prod",
        keys: ["keys/a.keys", "keys/b.keys"],
        branch: "main",
        paths: ["prod/**"],
        namespace: "shop",
        promotesFrom: "dev",
      },
    ]);
  });

  it("says what verify looks at, and what it allows", () => {
    const { verify } = read(`
version: 1
verify:
  paths: [deploy]
  scopes: [strict, namespace]
  suites: [mlkem768x25519]
  sealers: keys/sealers
  allow:
    - { path: docs/**, reason: examples }
    - { path: a.yaml, rule: jwt, reason: looked at, expires: "2027-01-31" }
`);
    expect(verify).toEqual({
      paths: ["deploy"],
      scopes: ["strict", "namespace"],
      suites: ["mlkem768x25519"],
      sealers: "keys/sealers",
      allow: [
        { path: "docs/**", reason: "examples" },
        { path: "a.yaml", rule: "jwt", reason: "looked at", expires: "2027-01-31" },
      ],
    });
  });

  it("may name a promotion from an environment that stands below", () => {
    const text = "version: 1\nenvironments:\n  prod: {keys: a, promotesFrom: dev}\n  dev: {keys: b}\n";
    expect(read(text).environments.get("prod")?.promotesFrom).toBe("dev");
  });
});

const env = (rest: string) => `version: 1\nenvironments:\n  prod: ${rest}\n`;
const verify = (rest: string) => `version: 1\nverify: ${rest}\n`;
const nine = Array.from({ length: 9 }, (_, index) => `k${index}`).join(", ");

describe("a configuration is refused with the place of the mistake:", () => {
  const refused: readonly (readonly [string, string, string, string?])[] = [
    ["another version", "version: 2\n", "1:1: version must be 1"],
    ["a version that is text", 'version: "1"\n', "1:1: version must be 1"],
    ["no version", "verify: {}\n", "1:1: version must be 1"],
    ["two documents", "version: 1\n---\nversion: 1\n", "1:1: one document is expected"],
    ["a list", "- version: 1\n", "1:1: the configuration must be a mapping"],
    ["a field that nobody knows", "version: 1\nenvironmets: {}\n", "2:1: unknown field environmets", "environments"],
    ["an environment without keys", env("{branch: main}"), "3:9: environments.prod.keys is missing"],
    [
      "an unknown field of an environment",
      env("{keys: a, brnach: b}"),
      "unknown field environments.prod.brnach",
      "branch",
    ],
    ["no key files", env("{keys: []}"), "3:10: environments.prod.keys has 1 to 8 files"],
    ["nine key files", env(`{keys: [${nine}]}`), "3:10: environments.prod.keys has 1 to 8 files"],
    ["a key file twice", env("{keys: [a, b, a]}"), "3:10: environments.prod.keys names a file twice"],
    ["a key file that is a number", env("{keys: 1}"), "3:16: environments.prod.keys is not text"],
    ["a namespace that is none", env("{keys: a, namespace: Shop}"), "environments.prod.namespace is not a namespace"],
    ["a promotion from nowhere", env("{keys: a, promotesFrom: prd}"), '3:3: there is no environment "prd"', "prod"],
    [
      "a default that there is not",
      `${env("{keys: a}")}defaultEnvironment: pord\n`,
      '4:1: there is no environment "pord"',
      "prod",
    ],
    [
      "a default without environments",
      "version: 1\ndefaultEnvironment: x\n",
      '2:1: there is no environment "x"',
      "list it",
    ],
    [
      "a scope that there is not",
      verify("{scopes: [strct]}"),
      "2:19: verify.scopes[0] must be one of strict",
      "strict",
    ],
    ["a suite that there is not", verify("{suites: [rsa]}"), "verify.suites[0] must be one of", "x25519"],
    ["an allowance without a reason", verify("{allow: [{path: a}]}"), "2:18: verify.allow[0].reason is missing"],
    ["an allowance without a path", verify("{allow: [{reason: a}]}"), "verify.allow[0].path is missing"],
    [
      "an allowance until some time",
      verify("{allow: [{path: a, reason: b, expires: soon}]}"),
      "expires must be a day",
      "2027",
    ],
    ["an allowance that is a word", verify("{allow: [a]}"), "verify.allow[0] must be a mapping"],
    ["paths that are no list", verify("{paths: deploy}"), "verify.paths must be a list"],
    ["an unknown field of verify", verify("{path: [deploy]}"), "unknown field verify.path", "paths"],
  ];
  const rows = refused.map(([what, text, message, hint = ""]) => [what, text, message, hint] as const);
  it.each(rows)("%s", (_what, text, message, hint) => {
    const refusal = refusalOf(() => read(text));
    expect([refusal.code, refusal.message]).toEqual(["CONFIG_INVALID", expect.stringContaining(message)]);
    expect(refusal.message).toMatch(/^\.lacre\.yaml:\d+:\d+: /);
    expect(refusal.hint ?? "").toContain(hint);
  });

  it.each(["/etc/keys", "../keys", "a/../../b", ".", "a/..", "", "a\\b", "./../x"])(
    "a path that is not below its directory, %j",
    (file) => {
      for (const text of [
        env(`{keys: ${JSON.stringify(file)}}`),
        env(`{keys: [keys/a, ${JSON.stringify(file)}]}`),
        verify(`{sealers: ${JSON.stringify(file)}}`),
      ])
        expect(refusalOf(() => read(text)).message).toContain("leads out of its directory");
    },
  );

  it("and one that only looks so is taken", () => {
    for (const file of ["a/../b", "./keys/a", "..a", "a..b/c", "a//b"])
      expect(read(env(`{keys: ${JSON.stringify(file)}}`)).environments.get("prod")?.keys).toEqual([file]);
  });
});
