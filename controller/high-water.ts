/** Replays: a token that is older than one that was applied before. Pure; the marks are kept in the object's status. */
import { parseToken } from "../src/index.ts";
import type { Reason } from "./problem.ts";

/** The newest token that was applied under a key. time: Unix seconds; token: the last characters of its text, which are random. */
export type Mark = { readonly time: bigint; readonly token: string };

/** Marks by key. A key stays here after its entry went, or removing it for a moment would undo the protection. */
export type Marks = ReadonlyMap<string, Mark>;

/** Whether an older token is only told or refused. */
export type RollbackPolicy = "warn" | "refuse";

/** What a person needs to know about an entry's age: said, or in the way. */
export type AgeVerdict = { readonly kind: "warn" | "report"; readonly reason: Reason; readonly message: string };

/** Clocks differ. Beyond a day it is no clock's fault: accepting it would poison the mark for every later token. */
const FUTURE_SECONDS = 86_400n;
const TAIL_CHARACTERS = 12;

/** What names a token in a mark. */
function tokenTail(text: string): string {
  return text.slice(-TAIL_CHARACTERS);
}

/** The verdict on a set of tokens, or undefined when nothing is to be said. */
export function judgeAge(
  entries: ReadonlyMap<string, string>,
  marks: Marks,
  { policy, nowSeconds }: { readonly policy: RollbackPolicy; readonly nowSeconds: bigint },
): AgeVerdict | undefined {
  let verdict: AgeVerdict | undefined;
  for (const [key, text] of entries) {
    const sealedAt = parseToken(text)?.sealedAt;
    if (sealedAt === undefined) continue;
    if (sealedAt > nowSeconds + FUTURE_SECONDS) {
      const message = `entry ${key} says that it was sealed more than a day from now; check the clock and seal it anew`;
      return { kind: "report", reason: "SealedInFuture", message };
    }
    const mark = marks.get(key);
    if (mark === undefined || mark.token === tokenTail(text)) continue;
    if (sealedAt < mark.time) verdict ??= older(key, policy);
  }
  return verdict;
}

function older(key: string, policy: RollbackPolicy): AgeVerdict {
  const said = `entry ${key} is older than one that was applied before: a replay, or a revert`;
  if (policy === "warn") return { kind: "warn", reason: "RolledBack", message: said };
  const hint = "seal the value anew; the last good state stays";
  return { kind: "report", reason: "RolledBack", message: `${said}; ${hint}` };
}

/** More marks than this are forgotten, those of entries that are gone first: a status has to fit into its object. */
const MOST_MARKS = 1_000;

/** The marks after these tokens were applied: never lower than before. */
export function raiseMarks(marks: Marks, entries: ReadonlyMap<string, string>): Marks {
  const raised = new Map(marks);
  for (const [key, text] of entries) {
    const time = parseToken(text)?.sealedAt;
    const before = marks.get(key);
    if (time !== undefined && (before === undefined || time >= before.time)) {
      raised.set(key, { time, token: tokenTail(text) });
    }
  }
  for (const key of raised.keys()) {
    if (raised.size <= MOST_MARKS) break;
    if (!entries.has(key)) raised.delete(key);
  }
  return raised;
}
