/** Whose seals count, and where. */
import { describe, expect, it } from "vitest";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { createSealer, formatSigningKey, signingKeyLine } from "../../../src/crypto/signature.ts";
import { parseSealers, policyFor, signatureProblem } from "../../../src/keys/sealers.ts";
import { parseToken, type Token } from "../../../src/model/token.ts";
import { keyOf, tokenFor } from "../../support/tokens.ts";

const seed = (fill: number) => new Uint8Array(32).fill(fill);
const line = (fill: number) => formatSigningKey(engine.signingKeyOf(seed(fill)));
const key = keyOf(engine, "x25519");
const signedBy = (fill: number) =>
  parseToken(tokenFor(engine, key, { sealer: createSealer(engine, seed(fill)) })) as Token;
const unsigned = parseToken(tokenFor(engine, key)) as Token;
const POLICY = `
# who may seal what
policy shop enforce   # production
policy test off
policy *    warn
sealer anna shop,test ${line(1)}
sealer ben  *         ${line(2)}
`;

describe("a policy of sealers", () => {
  const sealers = parseSealers(POLICY);
  it("a namespace has its own policy, else that of *", () => {
    expect(["shop", "test", "bank"].map((one) => policyFor(sealers, one))).toEqual(["enforce", "off", "warn"]);
    expect(policyFor(parseSealers(""), "shop")).toBe("off");
    expect(policyFor(parseSealers(""), "__proto__")).toBe("off");
  });

  it("a signature counts where its sealer is listed, and nowhere else", () => {
    const problem = (token: Token, namespace: string) => signatureProblem(engine, token, namespace, sealers);
    expect(problem(signedBy(1), "shop")).toBeUndefined();
    expect(problem(signedBy(2), "bank")).toBeUndefined();
    expect(problem(signedBy(1), "bank")).toEqual({ policy: "warn", verdict: "untrusted" });
    expect(problem(signedBy(3), "shop")).toEqual({ policy: "enforce", verdict: "untrusted" });
    expect(problem(unsigned, "shop")).toEqual({ policy: "enforce", verdict: "unsigned" });
    expect(problem(unsigned, "test")).toBeUndefined();
    const signed = signedBy(1);
    const signature = { ...(signed.signature as NonNullable<Token["signature"]>), bytes: new Uint8Array(64) };
    expect(problem({ ...signed, signature }, "shop")).toEqual({ policy: "enforce", verdict: "invalid" });
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    [
      "a policy that there is not",
      "policy shop strict",
      /line 1: a policy has a namespace and one of off, warn, enforce/,
    ],
    ["two policies for one namespace", "policy a warn\npolicy a off", /line 2: a has a policy already/],
    ["a sealer without a key", "\nsealer anna shop", /line 2: a sealer has a name/],
    ["a private key", `sealer anna * ${signingKeyLine(seed(1))}`, /private signing key/],
    ["a cut key", `sealer anna * ${line(1).slice(0, -3)}`, /cut or mistyped/],
    ["no namespace", `sealer anna Shop ${line(1)}`, /"Shop" is no namespace/],
    ["another word", "trust anna", /neither policy nor sealer/],
  ];
  it.each(bad)("is refused with %s", (_name, text, message) => {
    expect(() => parseSealers(text)).toThrow(message);
  });
});
