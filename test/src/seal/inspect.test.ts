/** What a SealedSecret says of itself, to who holds no key. */
import { describe, expect, it } from "vitest";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { createSealer } from "../../../src/crypto/signature.ts";
import { Slot } from "../../../src/model/entry.ts";
import { inspectSealed } from "../../../src/seal/inspect.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const [one, other] = [keyOf(engine, "x25519", 1), keyOf(engine, "x25519", 2)];
const inspect = (entries: Parameters<typeof entriesOf>[0]) =>
  inspectSealed(engine, sealedSecret({ entries: entriesOf(entries) }));

describe("a report on a value", () => {
  it("says for whom, since when, how widely, and by whom it was sealed", () => {
    const sealer = createSealer(engine, new Uint8Array(32).fill(9));
    const recipients = [one.publicKey, other.publicKey];
    expect(inspect({ [PLACE.key]: tokenFor(engine, one, { recipients, sealer, sealedAt: 1_790_000_000n }) })).toEqual([
      {
        key: PLACE.key,
        wellFormed: true,
        scope: "strict",
        suite: "x25519",
        keyIds: recipients.map(({ keyId }) => keyId).sort(),
        sealedAt: new Date(1_790_000_000_000),
        signed: true,
        sealer: sealer.keyId,
        belongs: true,
      },
    ]);
  });

  it("names no sealer where nobody signed, and no time where none can be", () => {
    const [report] = inspect({ [PLACE.key]: tokenFor(engine, one, { sealedAt: 2n ** 64n - 1n }) });
    expect(report).toMatchObject({ signed: false, sealedAt: undefined });
    expect(report).not.toHaveProperty("sealer");
  });

  it.each([
    ["another key", { ...PLACE, key: "OTHER" }, "strict", false],
    ["another name", { ...PLACE, name: "other" }, "strict", false],
    ["another name, in its namespace's scope", { ...PLACE, name: "other" }, "namespace", true],
    ["another namespace, in its namespace's scope", { ...PLACE, namespace: "other" }, "namespace", false],
    ["another namespace, in the cluster's scope", { ...PLACE, namespace: "other" }, "cluster", true],
    ["another key, in the cluster's scope", { ...PLACE, key: "OTHER" }, "cluster", false],
  ] as const)("of a token for %s says whether it belongs here", (_what, place, scope, belongs) => {
    expect(inspect({ [PLACE.key]: tokenFor(engine, one, { place, scope }) })).toMatchObject([{ belongs, scope }]);
  });

  it("of a text that is no token says only that", () => {
    expect(inspect({ A: "lacre1.AAAA", B: "" })).toEqual([
      { key: "A", wellFormed: false },
      { key: "B", wellFormed: false },
    ]);
  });

  it("of each environment stands by itself, also where one is no token", () => {
    const reports = inspect({
      [PLACE.key]: [new Slot(tokenFor(engine, one), "staging"), new Slot("lacre1.x", "production")],
    });
    expect(reports).toMatchObject([
      { environment: "staging", wellFormed: true, belongs: true },
      { environment: "production", wellFormed: false },
    ]);
  });
});
