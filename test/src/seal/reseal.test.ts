/** Which entries move to other keys, and which are left as they are for a reason that is told. */
import { describe, expect, it } from "vitest";
import { fromUtf8 } from "../../../src/bytes.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { createSealer } from "../../../src/crypto/signature.ts";
import { type Entry, Slot } from "../../../src/model/entry.ts";
import { parseToken } from "../../../src/model/token.ts";
import { resealSecret, staleEntries } from "../../../src/seal/reseal.ts";
import { entriesOf, sealedSecret } from "../../support/sealed-secret.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";
import { wipedTexts } from "../../support/wiped.ts";

const old = keyOf(engine, "x25519", 1);
const newest = keyOf(engine, "x25519", 2);
const stranger = keyOf(engine, "x25519", 3);
const sealer = createSealer(engine, new Uint8Array(32).fill(9));
const keyring = new Keyring([old]);
const TARGETS = { recipients: [newest.publicKey], replaced: new Set([old.publicKey.keyId]) };
const NOTHING = { changes: new Map(), failures: [], signed: [], shared: [], slotted: [] };

const holding = (entry: string | Entry) => sealedSecret({ entries: entriesOf({ [PLACE.key]: entry }) });
const reseal = (
  entry: string | Entry,
  how: { targets?: typeof TARGETS; sealer?: typeof sealer; held?: Keyring } = {},
) => resealSecret(engine, how.held ?? keyring, holding(entry), how.targets ?? TARGETS, how.sealer);
const movedToken = (...args: Parameters<typeof reseal>) => reseal(...args).changes.get(PLACE.key) ?? "";

describe("a stale entry", () => {
  it.each(["strict", "namespace", "cluster"] as const)(
    "of the scope %s keeps its value, scope, place and time",
    (scope) => {
      const token = movedToken(tokenFor(engine, old, { scope, sealedAt: 1_234n }));
      const opened = openToken(engine, new Keyring([newest]), token, PLACE);
      expect(opened.ok && fromUtf8(opened.value)).toBe("correct horse");
      expect(parseToken(token)).toMatchObject({ scope, sealedAt: 1_234n });
    },
  );

  it("is for the new keys only", () => {
    const recipients = [newest.publicKey, stranger.publicKey];
    const token = parseToken(movedToken(tokenFor(engine, old), { targets: { ...TARGETS, recipients } }));
    expect(token?.stanzas.map(({ keyId }) => keyId)).toEqual(recipients.map(({ keyId }) => keyId).sort());
  });

  it("leaves nothing of its value in memory", () => {
    expect(wipedTexts(() => reseal(tokenFor(engine, old)))).toContain("correct horse");
    const shared = tokenFor(engine, old, { recipients: [old.publicKey, stranger.publicKey] });
    expect(wipedTexts(() => reseal(shared))).toContain("correct horse");
  });

  it("that was signed stays, unless somebody signs the new token", () => {
    const token = tokenFor(engine, old, { sealer });
    expect(reseal(token)).toEqual({ ...NOTHING, signed: [PLACE.key] });
    expect(parseToken(movedToken(token, { sealer }))?.signature?.sealerKeyId).toBe(sealer.keyId);
  });

  it("that nobody signed is signed by who moves it", () => {
    expect(parseToken(movedToken(tokenFor(engine, old), { sealer }))?.signature?.sealerKeyId).toBe(sealer.keyId);
    expect(parseToken(movedToken(tokenFor(engine, old)))?.signature).toBeUndefined();
  });

  it("that is also for somebody whose newest key is not known stays, and says for whom", () => {
    const token = tokenFor(engine, old, { recipients: [old.publicKey, stranger.publicKey] });
    const { keyId } = stranger.publicKey;
    expect(reseal(token)).toEqual({ ...NOTHING, shared: [{ key: PLACE.key, keyId }] });
    const replaced = new Set([...TARGETS.replaced, keyId]);
    expect(reseal(token, { targets: { ...TARGETS, replaced } }).shared).toEqual([]);
    expect(reseal(token, { held: new Keyring([old, stranger]) }).shared).toEqual([]);
  });

  it.each([
    ["is no token", "lacre1.AAAA", { reason: "malformed", keyIds: [] }],
    ["was moved here", tokenFor(engine, old, { place: { ...PLACE, name: "x" } }), { reason: "wrong-context" }],
    ["is for others only", tokenFor(engine, stranger), { reason: "unknown-key", keyIds: [stranger.publicKey.keyId] }],
  ])("that %s is a failure, and nothing is made of it", (_what, token, failure) => {
    const { failures, ...rest } = reseal(token);
    expect(failures).toMatchObject([{ key: PLACE.key, ...failure }]);
    expect(rest.changes.size).toBe(0);
  });

  it("does not keep others from moving", () => {
    const entries = entriesOf({ A: "", [PLACE.key]: tokenFor(engine, old) });
    const { changes, failures } = resealSecret(engine, keyring, sealedSecret({ entries }), TARGETS);
    expect([[...changes.keys()], failures.map(({ key }) => key)]).toEqual([[PLACE.key], ["A"]]);
  });
});

describe("an entry with values for several environments", () => {
  const slots = (...of: readonly (typeof old)[]) => of.map((key, at) => new Slot(tokenFor(engine, key), `e${at}`));

  it("is left, and told where one of them would be moved", () => {
    expect(reseal(slots(old, stranger) as unknown as Entry)).toEqual({ ...NOTHING, slotted: [PLACE.key] });
  });

  it("is passed over where none of them is ours", () => {
    expect(reseal(slots(stranger, stranger) as unknown as Entry)).toEqual(NOTHING);
  });
});

describe("what is stale", () => {
  const both = tokenFor(engine, old, { recipients: [old.publicKey, newest.publicKey] });

  it.each([
    ["for another key", tokenFor(engine, old), [newest.publicKey], true],
    ["for exactly this key", tokenFor(engine, newest), [newest.publicKey], false],
    ["for these keys, named in another order", both, [newest.publicKey, old.publicKey], false],
    ["for one key more", both, [newest.publicKey], true],
    ["for one key less", tokenFor(engine, newest), [newest.publicKey, old.publicKey], true],
    ["no token", "lacre1.x", [newest.publicKey], true],
  ])("is a token or not that is %s", (_what, token, recipients, isStale) => {
    expect(staleEntries(holding(token), recipients)).toEqual(isStale ? [PLACE.key] : []);
  });

  it("is no entry of which the value of one environment is for exactly these keys", () => {
    const entry: Entry = [new Slot(tokenFor(engine, old), "a"), new Slot(tokenFor(engine, newest), "b")];
    expect(staleEntries(holding(entry), [newest.publicKey])).toEqual([]);
    expect(staleEntries(holding(entry), [stranger.publicKey])).toEqual([PLACE.key]);
  });
});
