import { describe, expect, it } from "vitest";
import { type Action, decide, decideGone, type Means, type Observed } from "../../../controller/decide/decide.ts";
import type { Engine } from "../../../src/crypto/engine.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { entryOf } from "../../../src/model/entry.ts";
import { DEFAULT_POLICY, type SealedSecret, type SyncPolicy } from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE } from "../../../src/model/secret.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { sealSecret } from "../../../src/seal/seal.ts";
import { keyOf } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const key = keyOf(engine, "mlkem768x25519");
const means: Means = {
  engine,
  keyring: new Keyring([key]),
  acceptSuites: new Set(["mlkem768x25519"]),
  acceptScopes: new Set(["strict"]),
};
const bytes = (text: string) => new TextEncoder().encode(text);
const VALUES = { A: "value-of-a", B: "value-of-b" };

function sealed(policy: Partial<SyncPolicy> = {}, by = key): SealedSecret {
  const values = new Map(Object.entries(VALUES).map(([name, value]) => [name, bytes(value)]));
  const secret = { namespace: "shop", name: "db", shape: PLAIN_SHAPE, values };
  const one = sealSecret(engine, secret, { recipients: [by.publicKey], scope: "strict", sealedAt: 1n });
  return { ...one, policy: { ...DEFAULT_POLICY, ...policy } };
}

function live(values: Readonly<Record<string, string>> = VALUES, isIntact = true) {
  return { values: new Map(Object.entries(values).map(([name, value]) => [name, bytes(value)])), isIntact };
}

function observe(changes: Partial<Observed>): readonly Action[] {
  return decide(
    {
      desired: sealed(),
      isOurs: true,
      isApplied: true,
      live: live(),
      ...changes,
    },
    means,
  );
}

/** What matters of an action: its kind, and why. */
function told(actions: readonly Action[]): readonly string[] {
  return actions.map((action) =>
    action.kind === "write"
      ? `write ${action.cause}`
      : action.kind === "report"
        ? `report ${action.reason}`
        : action.kind,
  );
}

describe("decide", () => {
  const cases: readonly (readonly [string, Partial<Observed>, string])[] = [
    ["creates what is not there", { live: undefined, isApplied: false }, "write created"],
    ["puts a deletion by hand right", { live: undefined }, "write corrected"],
    ["keeps what is as it should be", {}, "keep"],
    ["puts a changed value right", { live: live({ ...VALUES, A: "by hand" }) }, "write corrected"],
    ["puts an added key right", { live: live({ ...VALUES, C: "by hand" }) }, "write corrected"],
    ["puts a removed key right", { live: live({ A: VALUES.A }) }, "write corrected"],
    ["puts wrong modes and links right although the values are", { live: live(VALUES, false) }, "write corrected"],
    ["updates what Git changed", { live: live({ A: "old" }), isApplied: false }, "write updated"],
    [
      "only reports drift when told to",
      { desired: sealed({ drift: "Detect" }), live: live({ A: "by hand" }) },
      "report DriftDetected",
    ],
    [
      "looks away from drift when told to",
      { desired: sealed({ drift: "Ignore" }), live: live({ A: "by hand" }) },
      "keep",
    ],
    [
      "updates from Git also under Detect",
      { desired: sealed({ drift: "Detect" }), live: live({ A: "old" }), isApplied: false },
      "write updated",
    ],
    [
      "never touches what is not ours",
      { isOurs: false, isApplied: false, live: live({ A: "theirs" }) },
      "report NotOwned",
    ],
    [
      "adopts when told to",
      { desired: sealed({ adopt: "IfUnowned" }), isOurs: false, isApplied: false, live: live({ A: "theirs" }) },
      "write adopted",
    ],
    ["reports an unknown key", { desired: sealed({}, keyOf(engine, "mlkem768x25519", 9)) }, "report UnknownKey"],
    [
      "reports a suite that is not accepted",
      { desired: sealed({}, keyOf(engine, "x25519")) },
      "report SuiteNotAccepted",
    ],
    ["reports a token of another place", { desired: { ...sealed(), name: "other" } }, "report WrongContext"],
    [
      "reports what is no token",
      { desired: { ...sealed(), entries: new Map([["A", entryOf("lacre1.AAAA")]]) } },
      "report MalformedToken",
    ],
  ];
  it.each(cases)("%s", (_name, changes, expected) => {
    expect(told(observe(changes))).toEqual([expected]);
  });

  it("takes away what Git no longer has, unless it is to stay or was there before", () => {
    expect(decideGone({ deletion: "Delete" }, undefined)).toBe("Delete");
    expect(decideGone({ deletion: "Orphan" }, undefined)).toBe("Orphan");
    expect(decideGone({ deletion: "Delete" }, "Merge")).toBe("Delete");
    expect(decideGone({ deletion: "Delete" }, "IfUnowned")).toBe("Orphan");
  });

  it("all entries or none: one bad entry of five writes nothing, and the message names the entry only", () => {
    const good = sealed();
    const entries = new Map([...good.entries, ["C", entryOf("lacre1.broken")]]);
    const actions = observe({ desired: { ...good, entries }, live: undefined, isApplied: false });
    expect(actions).toEqual([
      { kind: "report", reason: "MalformedToken", message: "entry C is not a sound token; the last good state stays" },
    ]);
  });

  it("a write carries every value, decided from the same inputs the same way", () => {
    const [first, second] = [observe({ live: undefined }), observe({ live: undefined })];
    expect(told(first)).toEqual(told(second));
    const [write] = first;
    expect(
      write?.kind === "write" &&
        Object.fromEntries([...write.secret.values].map(([name, value]) => [name, new TextDecoder().decode(value)])),
    ).toEqual(VALUES);
  });
});
