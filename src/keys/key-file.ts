/** The rules for a file that holds a private key. Whoever has a file system gathers the facts. */
import { LacreError } from "../errors.ts";

/** What the file system says about a key file. */
export type KeyFileFacts = {
  readonly isSymlink: boolean;
  readonly isRegular: boolean;
  readonly isOwn: boolean;
  /** The permission bits. */
  readonly mode: number;
  /** True inside a Git work tree that does not ignore the file. */
  readonly isCommittable: boolean;
};

/** Throws KEY_FILE_UNSAFE for a key file that others could read, swap or commit. */
export function refuseUnsafeKeyFile(path: string, facts: KeyFileFacts): void {
  const unsafe = (what: string, hint: string) => new LacreError("KEY_FILE_UNSAFE", `${path} ${what}`, { hint });
  if (facts.isSymlink) throw unsafe("is a symbolic link", "name the key file itself: a link can be swapped");
  if (!facts.isRegular) throw unsafe("is not a regular file", "name a file that holds one lacre-private-1 line");
  if (!facts.isOwn) throw unsafe("belongs to someone else", `check who made it, then: sudo chown "$USER" ${path}`);
  if ((facts.mode & 0o077) !== 0) throw unsafe("can be read by others", `chmod 600 ${path}`);
  if (facts.isCommittable) {
    throw unsafe("lies in a Git work tree and could be committed", `move it out, or list it in .gitignore: ${path}`);
  }
}
