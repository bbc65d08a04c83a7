/** Replays: a token that is older than one that was applied before. Pure; the marks are kept in the object's status. */
import type { Engine } from "../../src/crypto/index.ts";
import { type SealerPolicy, signatureProblem } from "../../src/keys/index.ts";
import type { Slot } from "../../src/model/index.ts";
import type { Reason } from "./problem.ts";

/** The newest token that was applied under a key. time: Unix seconds; token: the last characters of its text, which are random. */
export type Mark = { readonly time: bigint; readonly token: string };

/** Marks by key. A key stays here after its entry went, or removing it for a moment would undo the protection. */
export type Marks = ReadonlyMap<string, Mark>;

/** Whether an older token is only told or refused. */
export type RollbackPolicy = "warn" | "refuse";

/** What a person needs to know about an entry's age: said, or in the way. */
export type AgeVerdict = { readonly kind: "warn" | "report"; readonly reason: Reason; readonly message: string };

/** Clocks differ by minutes. What is dated further ahead says nothing about age: as a mark it would outlive every honest token. */
const FUTURE_SECONDS = 300n;
/** Beyond a day it is no clock's fault, whatever the policy. */
const FAR_SECONDS = 86_400n;
const TAIL_CHARACTERS = 12;

/** What names a token in a mark. */
function tokenTail(text: string): string {
  return text.slice(-TAIL_CHARACTERS);
}

type AgeOptions = { readonly policy: RollbackPolicy; readonly nowSeconds: bigint };

/** The verdict on a set of tokens, or undefined when nothing is to be said. A refusal is not hidden behind a warning. */
export function judgeAge(slots: ReadonlyMap<string, Slot>, marks: Marks, options: AgeOptions): AgeVerdict | undefined {
  const verdicts = [...slots].flatMap(([key, slot]) => judgeSlot(key, slot, marks.get(key), options) ?? []);
  return verdicts.find(({ kind }) => kind === "report") ?? verdicts[0];
}

function judgeSlot(
  key: string,
  { token, text }: Slot,
  mark: Mark | undefined,
  { policy, nowSeconds }: AgeOptions,
): AgeVerdict | undefined {
  const sealedAt = token?.sealedAt;
  if (sealedAt === undefined) return undefined;
  const latest = nowSeconds + FUTURE_SECONDS;
  if (sealedAt > latest) return ahead(key, policy === "refuse" || sealedAt > nowSeconds + FAR_SECONDS);
  // A mark from ahead was set by an earlier version, which let a day pass.
  if (mark === undefined || mark.time > latest || mark.token === tokenTail(text)) return undefined;
  return sealedAt < mark.time ? older(key, policy) : undefined;
}

function ahead(key: string, isRefused: boolean): AgeVerdict {
  const said = `entry ${key} says that it was sealed more than five minutes from now; check the clock and seal it anew`;
  if (isRefused) return { kind: "report", reason: "SealedInFuture", message: `${said}; the last good state stays` };
  return { kind: "warn", reason: "SealedInFuture", message: `${said}; it does not count as the newest` };
}

function older(key: string, policy: RollbackPolicy): AgeVerdict {
  const said = `entry ${key} is older than one that was applied before: a replay, or a revert`;
  if (policy === "warn") return { kind: "warn", reason: "RolledBack", message: said };
  const hint = "seal the value anew; the last good state stays";
  return { kind: "report", reason: "RolledBack", message: `${said}; ${hint}` };
}

/** More marks than this are forgotten, those of entries that are gone first: a status has to fit into its object. */
const MOST_MARKS = 1_000;

/** The slots that may set marks: where signatures are asked for, those only whose signature is good. */
export function countedSlots(
  engine: Engine,
  namespace: string,
  slots: ReadonlyMap<string, Slot>,
  sealers: SealerPolicy | undefined,
): ReadonlyMap<string, Slot> {
  if (sealers === undefined) return slots;
  return new Map(
    [...slots].filter(
      ([, { token }]) => token !== undefined && signatureProblem(engine, token, namespace, sealers) === undefined,
    ),
  );
}

/**
 * The marks after these tokens were applied: never lower than before. What is dated more than five minutes ahead does not
 * count. present: the slots that there are, also those whose tokens do not count.
 */
export function raiseMarks(
  marks: Marks,
  slots: ReadonlyMap<string, Slot>,
  { nowSeconds, present = slots }: { readonly nowSeconds: bigint; readonly present?: ReadonlyMap<string, Slot> },
): Marks {
  const latest = nowSeconds + FUTURE_SECONDS;
  const raised = new Map([...marks].filter(([, { time }]) => time <= latest));
  for (const [key, { token, text }] of slots) {
    const time = token?.sealedAt;
    const before = raised.get(key);
    if (time !== undefined && time <= latest && (before === undefined || time >= before.time)) {
      raised.set(key, { time, token: tokenTail(text) });
    }
  }
  for (const key of raised.keys()) {
    if (raised.size <= MOST_MARKS) break;
    if (!present.has(key)) raised.delete(key);
  }
  return raised;
}
