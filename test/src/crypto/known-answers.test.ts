import { describe, expect, it } from "vitest";
import { importPrivateKey } from "../../../src/crypto/key-import.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { bothEngines } from "../../support/engines.ts";
import { hex, sharedVectors } from "../../support/shared-vectors.ts";

type Answer = {
  readonly suite: 1 | 2;
  readonly context: { readonly namespace: string; readonly name: string; readonly key: string };
  readonly sealedAt: number;
  readonly seed: string;
  readonly publicKey: string;
  readonly kid: string;
  readonly plaintext: string;
  readonly token: string;
  readonly why?: string;
};

const answers = sharedVectors<{ readonly good: readonly Answer[]; readonly bad: readonly Answer[] }>(
  "lacre1/known-answers.json",
);

describe.skipIf(answers === undefined).each(bothEngines())("known answers, $name engine", (engine) => {
  const open = (answer: Answer) => {
    const key = importPrivateKey(engine, answer.suite === 1 ? "x25519" : "mlkem768x25519", hex(answer.seed));
    return { key, opened: openToken(engine, new Keyring([key]), answer.token, answer.context) };
  };

  it("every good token opens to its plaintext, and its key derives", () => {
    expect(answers?.good.length).toBeGreaterThan(20);
    for (const answer of answers?.good ?? []) {
      const { key, opened } = open(answer);
      expect(Buffer.from(key.publicKey.bytes).toString("hex")).toBe(answer.publicKey);
      expect(key.publicKey.keyId).toBe(answer.kid);
      expect(opened.ok && Buffer.from(opened.value).toString("hex")).toBe(answer.plaintext);
      expect(opened.ok && opened.token.sealedAt).toBe(BigInt(answer.sealedAt));
    }
  });

  it("every bad token is refused", () => {
    expect(answers?.bad.length).toBeGreaterThan(100);
    for (const answer of answers?.bad ?? []) expect([answer.why, open(answer).opened.ok]).toEqual([answer.why, false]);
  });
});
