/** The identity's signature over a backup. */
import { describe, expect, it } from "vitest";
import { isBackupSigned, signBackup } from "../../../src/keys/backup-proof.ts";
import { bothEngines } from "../../support/engines.ts";

const seed = new Uint8Array(32).fill(1);
const strange = new Uint8Array(32).fill(2);

describe.each(bothEngines())("the proof of a backup, $name engine", (engine) => {
  const identity = engine.signingKeyOf(seed);

  it("a backup is of the identity that signed it, whole", () => {
    const proof = signBackup(engine, "of", "file", seed);
    expect(isBackupSigned(engine, "of", "file", identity, proof)).toBe(true);
    for (const [of, file, by, text] of [
      ["o", "ffile", identity, proof],
      ["of", "garbage", identity, proof],
      ["of", "file", engine.signingKeyOf(strange), proof],
      ["of", "file", identity, ""],
    ] as const)
      expect(isBackupSigned(engine, of, file, by, text)).toBe(false);
  });
});
