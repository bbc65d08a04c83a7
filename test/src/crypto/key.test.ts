/** What a private key shows of itself. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { importPrivateKey } from "../../../src/crypto/key-import.ts";
import type { Suite } from "../../../src/model/suite.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const suites: readonly Suite[] = ["x25519", "mlkem768x25519"];
const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];

describe.each(suites)("a key pair of %s", (suite) => {
  it("shows its id and never its seed", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, at) => 0xa0 + at);
    const held = importPrivateKey(engine, suite, seed);
    const shown = [JSON.stringify({ held }), inspect(held, { depth: 9, showHidden: true }), String(held)].join();
    expect(shown).toContain(held.publicKey.keyId.slice(0, 8));
    const bytes = Buffer.from(seed);
    for (const form of [bytes.toString("hex"), bytes.toString("base64url"), bytes.toString("base64"), "160, 161"])
      expect(shown).not.toContain(form);
  });

  it("that is wiped has no seed any more", () => {
    const held = keyOf(engine, suite);
    held.wipe();
    expect(held.seed().every((byte) => byte === 0)).toBe(true);
  });
});
