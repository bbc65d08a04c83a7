/**
 * What a reseal inside the cluster gives back: ciphertext only, a JSON object a line. Each names the token that it replaces by
 * its SHA-256, so that a value that was changed meanwhile keeps its change; the last line counts, so that a cut log is noticed.
 */
import { toHex, utf8 } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import { LacreError } from "../errors.ts";
import { refuseSlots, slotsOf } from "../model/entry.ts";
import type { SealedSecret } from "../model/sealed-secret.ts";
import { parseToken } from "../model/token.ts";

/** One entry with its new token. replaces: the old token's SHA-256, hexadecimal. */
export type ResealedEntry = {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  readonly replaces: string;
  readonly token: string;
};

const FIRST = "reseal-1";
const LAST = "reseal-end";

/** The name of a token in a result. */
export function tokenDigest(engine: Pick<Engine, "sha256">, token: string): string {
  return toHex(engine.sha256(utf8(token)));
}

/** The first line of a result. */
export function resealHeader(cluster: string): string {
  return `${JSON.stringify({ lacre: FIRST, cluster })}\n`;
}

/** The line of an entry. */
export function resealLine({ namespace, name, key, replaces, token }: ResealedEntry): string {
  return `${JSON.stringify({ namespace, name, key, replaces, token })}\n`;
}

/** The last line of a result. left: entries that could not be moved. */
export function resealFooter(entries: number, left: number): string {
  return `${JSON.stringify({ lacre: LAST, entries, left })}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a line that is a JSON object, as a list of one. */
function parseLine(line: string): readonly Fields[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line) as Fields];
  } catch {
    return [];
  }
}

function isEntry(fields: Fields): fields is ResealedEntry {
  return ["namespace", "name", "key", "replaces", "token"].every((name) => typeof fields[name] === "string");
}

/** The entries of a result, by the digest of the token that each replaces, or DOCUMENT_INVALID. Lines of a log in between are passed over. */
export function parseResealResult(text: string): {
  readonly entries: ReadonlyMap<string, ResealedEntry>;
  readonly left: number;
} {
  const lines = text.split("\n").flatMap(parseLine);
  const isOpen = lines.some((fields) => fields["lacre"] === FIRST);
  const last = lines.find((fields) => fields["lacre"] === LAST);
  const entries = new Map(lines.filter(isEntry).map((entry) => [entry.replaces, entry]));
  if (!isOpen && last === undefined) {
    throw new LacreError("DOCUMENT_INVALID", "this is no result of a reseal", {
      hint: "kubectl logs -n lacre-system job/lacre-reseal | lacre reseal --from - secrets/",
    });
  }
  if (!isOpen || last?.["entries"] !== entries.size) {
    throw new LacreError("DOCUMENT_INVALID", `the result of the reseal is cut: ${entries.size} entries came through`, {
      hint: "a log holds only so much: reseal one namespace at a time, or write to a volume with --output FILE",
    });
  }
  return { entries, left: Number(last["left"]) };
}

/** The changes that a result has for an object. What does not replace its token in the same place, scope and time is refused, and so is a value of one of several environments. */
export function resealedChanges(
  engine: Pick<Engine, "sha256">,
  sealed: SealedSecret,
  entries: ReadonlyMap<string, ResealedEntry>,
): ReadonlyMap<string, string> {
  const changes = new Map<string, string>();
  for (const { key, slot } of slotsOf(sealed.entries)) {
    const found = entries.get(tokenDigest(engine, slot.text));
    if (found === undefined) continue;
    refuseSlots(key, sealed.entries.get(key));
    const [before, after] = [slot.token, parseToken(found.token)];
    const isSame =
      before !== undefined &&
      after !== undefined &&
      before.scope === after.scope &&
      before.sealedAt === after.sealedAt &&
      toHex(before.contextHash) === toHex(after.contextHash);
    if (!isSame) {
      throw new LacreError(
        "TOKEN_MALFORMED",
        `the result has no like token for ${sealed.namespace}/${sealed.name}, entry ${key}`,
        {
          hint: "it was changed on its way: run the Job again",
        },
      );
    }
    changes.set(key, found.token);
  }
  return changes;
}
