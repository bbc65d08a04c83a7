/** Literals behind names that promise a secret. */
import { expect, it } from "vitest";
import { NAMED_VALUES } from "../../../../src/verify/detect/named-values.ts";
import { found } from "../../../support/detect.ts";

it.each([
  ["a value", "a.env", "DB_PASSWORD=hunter2\n", ["plaintext-credential: hunter2"]],
  [
    "a name with several words that promise one",
    "a.env",
    "SECRET_TOKEN_PASSWORD=hunter2\n",
    ["plaintext-credential: hunter2"],
  ],
  [
    "two names",
    "a.env",
    "A_PASSWORD=hunter2\nB_TOKEN=Zq81xTe49vLKd7mW\n",
    ["plaintext-credential: hunter2", "plaintext-credential: Zq81xTe49vLKd7mW"],
  ],
  ["a weak value in a comment", "a.env", "# DB_PASSWORD=hunter\n", []],
  [
    "a generated value in a comment",
    "a.env",
    "# DB_PASSWORD=Zq81xTe49vLKd7mW\n",
    ["plaintext-credential: Zq81xTe49vLKd7mW"],
  ],
  ["a reference", "a.env", "DB_PASSWORD=$DB\n", []],
  ["a word in a program", "a.ts", 'password = "hunter2"\n', []],
  ["a lock file", "yarn.lock", "password=Zq81xTe49vLKd7mW\n", []],
])("a value behind a name is found or not: %s", (_, path, text, hits) => {
  expect(found(NAMED_VALUES, path, text)).toEqual(hits);
});
