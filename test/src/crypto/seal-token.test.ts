/** What can be sealed, for whom and where. */
import { describe, expect, it } from "vitest";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { MAX_RECIPIENTS, MAX_VALUE_BYTES } from "../../../src/model/limits.ts";
import { bothEngines, countingEngine } from "../../support/engines.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const [engine] = bothEngines() as [ReturnType<typeof bothEngines>[number]];
const keys = Array.from({ length: MAX_RECIPIENTS + 1 }, (_, at) => keyOf(engine, "x25519", at + 1));
const [first] = keys as [ReturnType<typeof keyOf>];
const publicKeys = keys.map(({ publicKey }) => publicKey);

describe("a token", () => {
  it("opens for each of its recipients, of whom there may be eight", () => {
    const recipients = publicKeys.slice(0, MAX_RECIPIENTS);
    const token = tokenFor(engine, first, { recipients });
    for (const key of keys) {
      expect(openToken(engine, new Keyring([key]), token, PLACE).ok).toBe(recipients.includes(key.publicKey));
    }
  });

  it("is the same for the same recipients, in whichever order and however often they are named", () => {
    const [a, b, c] = publicKeys as [typeof first.publicKey, typeof first.publicKey, typeof first.publicKey];
    const sealed = (recipients: readonly (typeof a)[]) => tokenFor(countingEngine(), first, { recipients });
    expect(sealed([c, a, b, a, c])).toBe(sealed([a, b, c]));
  });

  const refused: readonly (readonly [string, Parameters<typeof tokenFor>[2], string])[] = [
    ["for nobody", { recipients: [] }, "NO_PUBLIC_KEY"],
    ["for nine", { recipients: publicKeys }, "KEY_INVALID"],
    [
      "for keys of two suites",
      { recipients: [first.publicKey, keyOf(engine, "mlkem768x25519").publicKey] },
      "KEY_INVALID",
    ],
    ["of a value that is too large", { value: new Uint8Array(MAX_VALUE_BYTES + 1) }, "VALUE_TOO_LARGE"],
    ["without a namespace", { place: { ...PLACE, namespace: "" } }, "NAMESPACE_MISSING"],
    ["under a key that leads out of a directory", { place: { ...PLACE, key: "../x" } }, "NAME_INVALID"],
  ];
  it.each(refused)("%s is not made", (_what, changes, code) => {
    expect(refusalOf(() => tokenFor(engine, first, changes)).code).toBe(code);
  });

  it("is not made by an engine that is none of ours", () => {
    expect(() => tokenFor({ ...engine }, first)).toThrow(TypeError);
  });
});
