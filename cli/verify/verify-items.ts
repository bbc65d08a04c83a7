/** Judges one item at a time: the same code in the main thread and in the others. */
import * as fs from "node:fs";
import { fromBase64url, toBase64url } from "../../src/bytes.ts";
import { loadEngine } from "../../src/node/engine.ts";
import {
  decodeBytes,
  type Finding,
  type Identify,
  MAX_VERIFIED_BYTES,
  type RoleTable,
  readRoles,
  type SealedPolicy,
  unscanned,
  verifyFile,
} from "../../src/verify/index.ts";

/** One thing to judge: bytes, or a file that is read when its turn comes, or the reason why there are no bytes. */
export type VerifyItem = {
  readonly path: string;
  readonly file?: Uint8Array;
  readonly bytes?: Uint8Array;
  readonly problem?: string;
  readonly commit?: string;
};

/** What judging needs, as plain data that threads can be given. keys: those of the baseline, base64url. */
export type VerifySettings = {
  readonly roles: RoleTable;
  readonly policy: SealedPolicy;
  readonly keys: readonly string[];
  readonly budgetMs: number;
};

/** What became of one item. */
export type VerifyOutcome = {
  readonly isRead: boolean;
  readonly isPointer: boolean;
  readonly findings: readonly Finding[];
};

const LFS_POINTER = "version https://git-lfs.github.com/spec/";
const IDENTITY_BYTES = 16;

/** The bytes of an item, or why there are none. */
function readItem({ file, bytes, problem }: VerifyItem): Uint8Array | string {
  if (bytes !== undefined) return bytes;
  if (file === undefined) return problem ?? "cannot be read";
  try {
    const name = Buffer.from(file.buffer, file.byteOffset, file.length);
    const stat = fs.statSync(name);
    // A device or a FIFO may never end, and never begin.
    if (!stat.isFile() && !stat.isDirectory()) return "no regular file";
    return stat.size > MAX_VERIFIED_BYTES ? "over 256 MiB" : fs.readFileSync(name);
  } catch (error) {
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
  }
}

/** The roles that these items give to others. */
export function rolesOf(items: readonly VerifyItem[]): RoleTable {
  return readRoles(
    items.flatMap((item) => {
      const bytes = readItem(item);
      return typeof bytes === "string" ? [] : [{ path: item.path, text: decodeBytes(bytes).text }];
    }),
  );
}

/** Role files that cannot be read: what they say about others is not known, so those others cannot be called clean. */
export function unreadRoles(items: readonly VerifyItem[]): readonly Finding[] {
  return items.flatMap((item) => {
    const bytes = readItem(item);
    return typeof bytes === "string" ? [unscanned("unreadable", item.path, bytes)] : [];
  });
}

/** Identities under all keys of the baseline, or undefined without one. */
export async function createIdentify({ keys: texts }: Pick<VerifySettings, "keys">): Promise<Identify | undefined> {
  const engine = await loadEngine();
  const keys = texts.map((key) => fromBase64url(key)).filter((key) => key !== undefined);
  if (keys.length === 0) return undefined;
  return (message) => keys.map((key) => toBase64url(engine.hmacSha256(key, message).subarray(0, IDENTITY_BYTES)));
}

/** A function that judges items. It never throws for what an item holds. */
export async function createJudge(settings: VerifySettings): Promise<(item: VerifyItem) => VerifyOutcome> {
  const engine = await loadEngine();
  const identify = await createIdentify(settings);
  const context = {
    sha256: engine.sha256,
    isSigned: engine.isSigned,
    roles: settings.roles,
    policy: settings.policy,
    ...(identify !== undefined && { identify }),
    now: () => performance.now(),
    budgetMs: settings.budgetMs,
  };
  return (item) => {
    const bytes = readItem(item);
    if (typeof bytes === "string") {
      return { isRead: false, isPointer: false, findings: [unscanned("unreadable", item.path, bytes)] };
    }
    const findings = verifyFile(item.path, bytes, context);
    const { commit } = item;
    const found = commit === undefined ? findings : findings.map((finding) => ({ ...finding, commit }));
    return { isRead: true, isPointer: isLfsPointer(bytes), findings: found };
  };
}

/** True for what Git LFS leaves in the place of a file. */
function isLfsPointer(bytes: Uint8Array): boolean {
  return (
    bytes.length < 1024 &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1").startsWith(LFS_POINTER)
  );
}
