/** The public face of the library. */
import { expect, it } from "vitest";
import * as lacre from "../../src/index.ts";

it("seals and opens with nothing but what it exports", async () => {
  const engine = await lacre.portableEngine();
  const key = lacre.generateKey(engine, "x25519");
  const place = { namespace: "shop", name: "db", key: "A" };
  const value = new TextEncoder().encode("correct horse");
  const token = lacre.sealToken(engine, { value, scope: "strict", place, recipients: [key.publicKey], sealedAt: 1n });
  const opened = lacre.openToken(engine, new lacre.Keyring([key]), token, place);
  expect(opened.ok && new TextDecoder().decode(opened.value)).toBe("correct horse");
});

it("has no way to an engine with randomness of one's own", () => {
  expect(Object.keys(lacre).filter((name) => /createPortableEngine|registerEngine/.test(name))).toEqual([]);
});
