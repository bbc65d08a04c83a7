import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import { LacreError } from "../../../src/errors.ts";
import {
  type Entry,
  entryOf,
  onlySlot,
  refuseSlots,
  Slot,
  sameEntry,
  slotName,
  slotsOf,
} from "../../../src/model/entry.ts";
import { nativeEngine } from "../../../src/node/engine.ts";
import { keyOf, tokenFor } from "../../support/tokens.ts";

const engine = nativeEngine() as Engine;
const key = keyOf(engine, "mlkem768x25519");
const both: Entry = [new Slot("lacre1.a", "staging"), new Slot("lacre1.b", "production")];

describe("a slot", () => {
  it("parses its token once, however often somebody asks", () => {
    const slot = new Slot(tokenFor(engine, key));
    expect(slot.token).toBeDefined();
    expect(slot.token).toBe(slot.token);
    expect(slot.keyIds).toEqual([key.publicKey.keyId]);
  });

  it("of something that is no token is sealed for nobody", () => {
    expect(new Slot("lacre1.!").token).toBeUndefined();
    expect(new Slot("lacre1.!").keyIds).toEqual([]);
  });
});

describe("an entry", () => {
  it("has one value only where no environment is named", () => {
    expect(onlySlot(entryOf("lacre1.a"))?.text).toBe("lacre1.a");
    expect(onlySlot(both)).toBeUndefined();
    expect(onlySlot([new Slot("lacre1.a", "staging")])).toBeUndefined();
  });

  it("is the same in another order, and not with another value, environment or number of them", () => {
    const [staging, production] = both as unknown as [Slot, Slot];
    expect(sameEntry(both, [production, staging])).toBe(true);
    expect(sameEntry(both, [staging])).toBe(false);
    expect(sameEntry(both, [staging, new Slot("lacre1.c", "production")])).toBe(false);
    expect(sameEntry(both, [staging, new Slot("lacre1.b", "test")])).toBe(false);
    expect(sameEntry(entryOf("lacre1.a"), [new Slot("lacre1.a", "staging")])).toBe(false);
    expect(sameEntry(undefined, both)).toBe(false);
    expect(sameEntry(undefined, undefined)).toBe(true);
  });

  it("of several environments calls each value by both names", () => {
    const entries = new Map<string, Entry>([
      ["A", entryOf("lacre1.x")],
      ["B", both],
    ]);
    expect(slotsOf(entries).map(slotName)).toEqual(["A", "B (staging)", "B (production)"]);
  });

  it("of several environments is not changed without --env, and one of a single value is", () => {
    expect(() => refuseSlots("B", both)).toThrow(LacreError);
    expect(() => refuseSlots("B", both)).toThrow(
      expect.objectContaining({ code: "USAGE", hint: expect.stringContaining("--env") }),
    );
    refuseSlots("A", entryOf("lacre1.x"));
    refuseSlots("NEW", undefined);
  });
});
