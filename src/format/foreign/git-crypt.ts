/** git-crypt: whole files, as Git holds them, by their first ten bytes. */
import type { ForeignFormat } from "./format.ts";

/** git-crypt. */
export const GIT_CRYPT: ForeignFormat & { readonly bytes: RegExp } = {
  tool: "git-crypt",
  opened: "git-crypt unlock",
  bytes: /^\0GITCRYPT\0/,
};
