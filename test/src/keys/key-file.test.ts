/** The rules for a file that holds a private key. */
import { expect, it } from "vitest";
import { refuseUnsafeKeyFile } from "../../../src/keys/key-file.ts";
import { refusalOf } from "../../support/refusal.ts";

const SAFE = { isSymlink: false, isRegular: true, isOwn: true, mode: 0o100600, isCommittable: false };

it("a key file is taken when only its owner reads it, whatever the owner may do", () => {
  for (const mode of [0o600, 0o400, 0o700, 0o100600])
    expect(refuseUnsafeKeyFile("prod.key", { ...SAFE, mode })).toBeUndefined();
});

const refused: readonly (readonly [string, Partial<typeof SAFE>, string, string])[] = [
  ["is a link", { isSymlink: true }, "is a symbolic link", "name the key file itself"],
  ["is a pipe or a directory", { isRegular: false }, "is not a regular file", "lacre-private-1"],
  ["is another user's", { isOwn: false }, "belongs to someone else", "chown"],
  ["is read by its group", { mode: 0o640 }, "can be read by others", "chmod 600 prod.key"],
  ["is read by everybody", { mode: 0o604 }, "can be read by others", "chmod 600 prod.key"],
  ["may be written or run by others", { mode: 0o611 }, "can be read by others", "chmod 600 prod.key"],
  ["could be committed", { isCommittable: true }, "could be committed", ".gitignore"],
];
it.each(refused)("a key file that %s is refused with what mends it", (_what, facts, says, hint) => {
  const refusal = refusalOf(() => refuseUnsafeKeyFile("prod.key", { ...SAFE, ...facts }));
  expect(refusal).toMatchObject({
    code: "KEY_FILE_UNSAFE",
    message: expect.stringMatching(new RegExp(`^prod\\.key .*${says}`)),
    hint: expect.stringContaining(hint),
  });
});
