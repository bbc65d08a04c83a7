/** A recovery key in n shares, of which k give it back and fewer tell nothing. The only importer of shamir-secret-sharing. */
import { combine, split } from "shamir-secret-sharing";
import { concat, fromBase64url, fromUtf8, toBase64url, toHex, utf8, wipe } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { LacreError } from "../errors.ts";
import { LABEL } from "../model/label.ts";
import { contentLines } from "../model/lines.ts";
import { type RecoveryKey, recoveryKey } from "./age-file.ts";

const PREFIX = "lacre-share-1";
const ID_BYTES = 4;
const CHECK_BYTES = 4;
const MOST_SHARES = 16;

type Share = {
  readonly keyId: string;
  readonly threshold: number;
  readonly total: number;
  readonly number: number;
  readonly bytes: Uint8Array;
};

/** What people and shares call a recovery key: the first 4 bytes of SHA-256(LABEL "recovery" || recipient), hexadecimal. */
export function recoveryKeyId(engine: Engine, recipient: string): string {
  return toHex(engine.sha256(concat(utf8(`${LABEL}recovery`), utf8(recipient))).subarray(0, ID_BYTES));
}

function checkOf(engine: Engine, body: string): string {
  return toBase64url(engine.sha256(concat(utf8(`${LABEL}share\0`), utf8(body))).subarray(0, CHECK_BYTES));
}

function formatShare(engine: Engine, share: Share): string {
  const { keyId, threshold, total, number, bytes } = share;
  const body = `${PREFIX}.${keyId}.${threshold}.${total}.${number}.${toBase64url(bytes)}`;
  return `# share ${number} of ${total} of the recovery key ${keyId}; ${threshold} of them open backups. Keep each with somebody else\n${body}.${checkOf(engine, body)}\n`;
}

/** The texts of n shares. USAGE unless 2 <= threshold <= total <= 16. */
export async function splitRecoveryKey(
  engine: Engine,
  key: RecoveryKey,
  options: { readonly total: number; readonly threshold: number },
): Promise<readonly string[]> {
  const { total, threshold } = options;
  const isPossible = Number.isInteger(total) && Number.isInteger(threshold);
  if (!isPossible || threshold < 2 || total < threshold || total > MOST_SHARES) {
    throw new LacreError("USAGE", `${threshold} of ${total} shares cannot be`, {
      hint: `2 <= --threshold <= --shares <= ${MOST_SHARES}; 3 of 5 is usual`,
    });
  }
  const keyId = recoveryKeyId(engine, key.recipient);
  const secret = utf8(key.identity);
  const parts = await split(secret, total, threshold);
  wipe(secret);
  return parts.map((bytes, index) => formatShare(engine, { keyId, threshold, total, number: index + 1, bytes }));
}

function invalid(message: string, hint: string): LacreError {
  return new LacreError("SHARE_INVALID", message, { hint });
}

function parseShare(engine: Engine, name: string, text: string): Share {
  const [line] = contentLines(text);
  const match = /^(lacre-share-1\.([0-9a-f]{8})\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.([\w-]+))\.([\w-]{6})$/.exec(
    line ?? "",
  );
  if (match === null) {
    throw invalid(`${name} holds no share of a recovery key`, `a share is one line that starts with ${PREFIX}`);
  }
  const [, body = "", keyId = "", threshold, total, number, encoded = "", check] = match;
  const bytes = fromBase64url(encoded);
  if (bytes === undefined || check !== checkOf(engine, body)) {
    throw invalid(`${name}: the share is mistyped or damaged: its checksum does not fit`, "copy the whole line again");
  }
  return { keyId, threshold: Number(threshold), total: Number(total), number: Number(number), bytes };
}

/** The recovery key of enough shares, checked by its id. SHARE_INVALID says which share is wrong, or how many are missing. */
export async function joinShares(
  engine: Engine,
  texts: readonly { readonly name: string; readonly text: string }[],
): Promise<RecoveryKey> {
  const shares = new Map<number, Share>();
  let first: Share | undefined;
  for (const { name, text } of texts) {
    const share = parseShare(engine, name, text);
    first ??= share;
    if (share.keyId !== first.keyId) {
      throw invalid(
        `${name} is a share of the recovery key ${share.keyId}, and the others are of ${first.keyId}`,
        `bring shares of one key: ${first.threshold} of ${first.keyId} are needed`,
      );
    }
    shares.set(share.number, share);
  }
  if (first === undefined) throw invalid("no share was named", "name each with --share FILE");
  if (shares.size < first.threshold) {
    const numbers = [...shares.keys()].sort((a, b) => a - b).join(", ");
    throw invalid(
      `${shares.size} of the ${first.threshold} shares that the recovery key ${first.keyId} needs (have: number ${numbers})`,
      `bring ${first.threshold - shares.size} more of its ${first.total}; the same share twice counts once`,
    );
  }
  // The package wants exactly this class: Node's Buffer, which decoding gives, is refused.
  const secret = await combine([...shares.values()].map(({ bytes }) => new Uint8Array(bytes)));
  const identity = fromUtf8(secret) ?? "";
  wipe(secret);
  const key = await recoveryKey(identity).catch(() => undefined);
  if (key === undefined || recoveryKeyId(engine, key.recipient) !== first.keyId) {
    throw invalid(
      `the shares do not give the recovery key ${first.keyId}`,
      "one of them belongs to another splitting of the same key: bring shares that were made together",
    );
  }
  return key;
}
