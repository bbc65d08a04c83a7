/** What a role promises and a file does not keep. */
import { expect, it } from "vitest";
import { ROLED_FILES } from "../../../../src/verify/detect/roled-files.ts";
import type { Role } from "../../../../src/verify/roles.ts";
import { detected } from "../../../support/detect.ts";

const CASES: readonly (readonly [string, Role | undefined, string, string, readonly string[]])[] = [
  [
    "values of a file that becomes a Secret",
    "secret-env",
    "a.env",
    "zone=harbour\nb=$" + "{B}\n",
    ["secret-generator-file"],
  ],
  ["the whole of one", "secret-file", "a", "harbour\n", ["secret-generator-file"]],
  ["an empty one", "secret-file", "a", "\n", []],
  [
    "one of SOPS, which is opened on the way",
    "secret-env",
    "a.env",
    "zone=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops_mac=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n",
    [],
  ],
  ["plaintext where git-crypt should be", "git-crypt", "a", "harbour\n", ["git-crypt-plaintext"]],
  ["ciphertext of git-crypt", "git-crypt", "a", "\0GITCRYPT\0abc", []],
  ["plaintext where transcrypt should be", "transcrypt", "a", "harbour\n", ["git-crypt-plaintext"]],
  ["ciphertext of transcrypt", "transcrypt", "a", "U2FsdGVkX1abc", []],
  ["plaintext that SOPS should have encrypted", "sops", "a.yaml", "zone: harbour\n", ["sops-not-encrypted"]],
  ["the same by its name alone", undefined, "a.sops.yaml", "zone: harbour\n", ["sops-not-encrypted"]],
  ["a file that SOPS has encrypted", "sops", "a.yaml", "zone: ENC[x]\nsops:\n  mac: y\n", []],
  [
    "a file that dotenvx has encrypted, under such a name",
    undefined,
    "a.enc.env",
    'DOTENV_PUBLIC_KEY="03abcdef"\nA="encrypted:xyz"\n',
    [],
  ],
  ["a file without a role", undefined, "a.yaml", "zone: harbour\n", []],
];

it.each(CASES)("%s", (_, role, path, text, rules) => {
  expect(detected(ROLED_FILES, path, text, { role }).hits.map(({ rule }) => rule)).toEqual(rules);
});
