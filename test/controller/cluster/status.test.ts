import { describe, expect, it } from "vitest";
import { nextStatus, type Outcome, sameStatus } from "../../../controller/cluster/status.ts";
import type { Reason } from "../../../controller/decide/problem.ts";
import type { ObjectStatus } from "../../../controller/kube/object.ts";
import { kstatus } from "../../support/kstatus.ts";

const synced: Outcome = {
  kind: "synced",
  entries: 2,
  keyIds: ["0123456789abcdef0123456789abcdef"],
  secret: { uid: "u", type: "Opaque" },
  marks: new Map([["A", { time: 5n, token: "x" }]]),
  isChanged: true,
  notes: [],
};
const problem = (reason: Reason, message = "a message"): Outcome => ({ kind: "problem", reason, message, entries: 2 });
const at = (generation: number, now = "2026-11-24T10:00:00Z") => ({ generation, now, request: undefined });
const ready = (status: ObjectStatus) => status.conditions?.find(({ type }) => type === "Ready");

describe("the status", () => {
  it("of a success is Ready and Current, and nothing abnormal stays", () => {
    const failed = nextStatus(undefined, problem("UnknownKey"), at(1));
    const status = nextStatus(failed, synced, at(1));
    expect(status.conditions?.map(({ type }) => type)).toEqual(["Ready"]);
    expect(kstatus(1, status)).toBe("Current");
    expect(status.entries).toEqual({ total: 2, opened: 2, summary: "2/2" });
    expect(status.sealedAt).toEqual({ A: { time: 5, token: "x" } });
  });

  it.each([
    ["UnknownKey"],
    ["NotOwned"],
    ["ImmutableTarget"],
    ["TooLarge"],
    ["RolledBack"],
    ["FieldConflict"],
  ] as const)("of %s, which trying again does not mend, is Stalled and Failed", (reason) => {
    const status = nextStatus(undefined, problem(reason), at(1));
    expect(status.conditions?.map(({ type, reason: why }) => [type, why])).toEqual([
      ["Ready", reason],
      ["Stalled", reason],
    ]);
    expect(kstatus(1, status)).toBe("Failed");
  });

  it.each([["WriteFailed"], ["AccessDenied"]] as const)("of %s, which time may mend, is in progress", (reason) => {
    const status = nextStatus(undefined, problem(reason), at(1));
    expect(status.conditions?.map(({ type }) => type)).toEqual(["Ready", "Reconciling"]);
    expect(kstatus(1, status)).toBe("InProgress");
  });

  it("shows nothing that a terminal obeys, whatever the message quotes", () => {
    const message = "entry a\u001b[2Jb\u202ec\u009bd\u2028e\nf";
    const status = nextStatus(undefined, problem("UnknownKey", message), at(1));
    for (const condition of status.conditions ?? [])
      if (condition.type !== "Reconciling")
        expect(condition.message).toBe("entry a\\x1b[2Jb\\u202ec\\x9bd\\u2028e\\x0af");
  });

  it("of an older generation is never taken for this one's", () => {
    expect(kstatus(2, nextStatus(undefined, synced, at(1)))).toBe("InProgress");
  });

  it("keeps the time of the last transition while the status stays, and writes a new message all the same", () => {
    const first = nextStatus(undefined, problem("UnknownKey", "one"), at(1, "2026-11-24T10:00:00Z"));
    const second = nextStatus(first, problem("NotOwned", "two"), at(1, "2026-11-24T11:00:00Z"));
    expect(ready(second)).toMatchObject({
      reason: "NotOwned",
      message: "two",
      lastTransitionTime: "2026-11-24T10:00:00Z",
    });
    expect(sameStatus(first, second)).toBe(false);
    const third = nextStatus(second, synced, at(1, "2026-11-24T12:00:00Z"));
    expect(ready(third)?.lastTransitionTime).toBe("2026-11-24T12:00:00Z");
  });

  it("is the same for the same outcome at another time: nothing is written", () => {
    const first = nextStatus(undefined, synced, at(1, "2026-11-24T10:00:00Z"));
    const again = nextStatus(first, { ...synced, isChanged: false }, at(1, "2026-11-24T11:00:00Z"));
    expect(sameStatus(first, again)).toBe(true);
    expect(sameStatus(JSON.parse(JSON.stringify(first)), again)).toBe(true);
  });

  it("keeps marks and the Secret's uid through a failure and a suspension", () => {
    const good = nextStatus(undefined, synced, at(1));
    for (const outcome of [problem("UnknownKey"), { kind: "suspended" } as const]) {
      const status = nextStatus(good, outcome, at(2));
      expect([status.sealedAt, status.secret]).toEqual([good.sealedAt, good.secret]);
    }
  });

  it("remembers the request that was handled", () => {
    const status = nextStatus(undefined, synced, { ...at(1), request: "now" });
    expect(nextStatus(status, synced, at(1)).lastHandledRequest).toBe("now");
  });
});
