/** Shares of a recovery key: every loss that is recovered from, and what a person can get wrong. */
import { describe, expect, it } from "vitest";
import { joinShares, makeRecoveryKey, recoveryKeyId, splitRecoveryKey } from "../../../src/backup/index.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(() => ({ code: "no error", message: "" })).catch((one: unknown) => one);
  const { code, message } = error as { code: string; message: string };
  return [code, message];
};

describe("shares of a recovery key", async () => {
  const key = await makeRecoveryKey();
  const keyId = recoveryKeyId(engine, key.recipient);
  const texts = await splitRecoveryKey(engine, key, { total: 5, threshold: 3 });
  const named = (...numbers: readonly number[]) =>
    numbers.map((number) => ({ name: `share ${number}`, text: texts[number - 1] as string }));

  it("any three of five give it back", async () => {
    for (const some of [
      [1, 2, 3],
      [5, 3, 1],
      [2, 4, 5],
      [1, 2, 3, 4, 5],
    ])
      expect(await joinShares(engine, named(...some))).toEqual(key);
  });

  it("two do not, and one that is brought twice counts once", async () => {
    for (const some of [
      [1, 2],
      [4, 4, 4],
    ]) {
      const [code, message] = await codeOf(joinShares(engine, named(...some)));
      expect(code).toBe("SHARE_INVALID");
      expect(message).toContain(`of the 3 shares that the recovery key ${keyId} needs`);
    }
  });

  it("a mistyped share, one of another key, and no share at all are each told", async () => {
    const mistyped = (texts[1] as string).replace(
      /(\.\d\.\d\.\d\.)(.)/,
      (_all, head, one) => `${head}${one === "A" ? "B" : "A"}`,
    );
    const [code, message] = await codeOf(joinShares(engine, [...named(1, 3), { name: "b.txt", text: mistyped }]));
    expect([code, message]).toEqual([
      "SHARE_INVALID",
      "b.txt: the share is mistyped or damaged: its checksum does not fit",
    ]);
    const strangers = await splitRecoveryKey(engine, await makeRecoveryKey(), { total: 3, threshold: 2 });
    const mixed = joinShares(engine, [...named(1, 2), { name: "c.txt", text: strangers[0] as string }]);
    expect((await codeOf(mixed))[1]).toMatch(
      new RegExp(`^c.txt is a share of the recovery key \\w{8}, and the others are of ${keyId}`),
    );
    expect((await codeOf(joinShares(engine, [{ name: "d.txt", text: "hello" }])))[1]).toContain("d.txt holds no share");
  });

  it("shares of two splittings of one key are found by the key id, not believed", async () => {
    const again = await splitRecoveryKey(engine, key, { total: 5, threshold: 3 });
    const mixed = [...named(1, 2), { name: "other", text: again[4] as string }];
    const [code, message] = await codeOf(joinShares(engine, mixed));
    expect(code).toBe("SHARE_INVALID");
    expect(message).toBe(`the shares do not give the recovery key ${keyId}`);
  });

  it("what enough shares give must have the key id that they carry", async () => {
    const other = await makeRecoveryKey();
    const lying = await splitRecoveryKey(engine, { ...key, recipient: other.recipient }, { total: 3, threshold: 2 });
    const joined = joinShares(
      engine,
      lying.map((text, index) => ({ name: `${index}`, text })),
    );
    expect((await codeOf(joined))[1]).toContain("do not give the recovery key");
  });

  it("impossible splittings are refused", async () => {
    for (const [total, threshold] of [
      [5, 1],
      [2, 3],
      [17, 3],
      [2.5, 2],
      [Number.NaN, 2],
    ] as const)
      expect((await codeOf(splitRecoveryKey(engine, key, { total, threshold })))[0]).toBe("USAGE");
  });
});
