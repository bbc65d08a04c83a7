/** Files that are nothing but a secret: told by what they are called. */
import { describe, expect, it } from "vitest";
import { BARE_FILES } from "../../../../src/verify/detect/bare-files.ts";
import { detected, found } from "../../../support/detect.ts";

const MADE = "Zq81xTe49vLKd7mW";

describe("a file that is nothing but a secret", () => {
  it.each([
    ["of a generated value", "secrets/api_key", `${MADE}\n`, [`plaintext-credential: ${MADE}`]],
    ["of a password that was chosen", "db_password.txt", "hunter22\n", ["plaintext-credential: hunter22"]],
    ["of a word under the name of a key", "api_key", "production\n", []],
    ["of a hidden token", ".vault-token", `${MADE}\n`, [`plaintext-credential: ${MADE}`]],
    ["under another name", "notes", `${MADE}\n`, []],
    ["with more than a word in it", "db_password", `${MADE} and more\n`, []],
    ["a reference", "db_password", "$" + "{DB_PASSWORD}\n", []],
    ["a program's source", "password.go", `${MADE}\n`, []],
    ["of accounts", "rsyncd.secrets", "me:hunter2\n#you:hunter3\n", ["plaintext-credential: hunter2"]],
    ["of accounts, hashed", ".htpasswd", "me:$2y$05$abcdefghijklmnopqrstuv\n", []],
    ["of PostgreSQL", "pgpass.conf", "db:5432:app:me:hunter2\n", ["plaintext-credential: hunter2"]],
    ["of PostgreSQL, in a comment", ".pgpass", "# host\n#db:5432:app:me:hunter2\n", []],
    ["of pppd", "etc/chap-secrets", '# client server secret\nme * "hunter2" *\n', ["plaintext-credential: hunter2"]],
    ["of PgBouncer", "userlist.txt", '"me" "hunter2"\n', ["plaintext-credential: hunter2"]],
    ["of Bundler", ".bundle/config", 'BUNDLE_GEMS__EXAMPLE: "me:hunter2"\n', ["plaintext-credential: hunter2"]],
    ["of eight characters at least", "db_password", "hunter2\n", []],
    ["of a master key", "config/master.key", `${MADE}\n`, [`plaintext-credential: ${MADE}`]],
  ])("%s", (_, path, text, hits) => {
    expect(found(BARE_FILES, path, text)).toEqual(hits);
  });

  it("is no file of bytes, no long text, and no text inside of another", () => {
    expect(detected(BARE_FILES, "api_key", MADE, { isBinary: true }).hits).toEqual([]);
    expect(detected(BARE_FILES, "api_key", MADE, { depth: 1 }).hits).toEqual([]);
    expect(detected(BARE_FILES, "api_key", MADE.repeat(300)).hits).toEqual([]);
  });
});
