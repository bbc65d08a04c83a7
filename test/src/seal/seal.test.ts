/** What of a Secret goes where: its values into tokens, its looks into the spec, what deployment tools track stays outside. */
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../../src/bytes.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import { Keyring } from "../../../src/crypto/keyring.ts";
import { openToken } from "../../../src/crypto/open-token.ts";
import { MAX_ENTRIES, MAX_VALUE_BYTES } from "../../../src/model/limits.ts";
import { DEFAULT_POLICY } from "../../../src/model/sealed-secret.ts";
import { PLAIN_SHAPE, type PlainSecret } from "../../../src/model/secret.ts";
import { type SealOptions, sealSecret } from "../../../src/seal/seal.ts";
import { refusalOf } from "../../support/refusal.ts";
import { keyOf, PLACE } from "../../support/tokens.ts";

const key = keyOf(engine, "x25519");
const OPTIONS: SealOptions = { recipients: [key.publicKey], scope: "strict", sealedAt: 1_790_000_000n };

function secret(values: Readonly<Record<string, Uint8Array>>, more: Partial<PlainSecret> = {}): PlainSecret {
  return {
    namespace: PLACE.namespace,
    name: PLACE.name,
    shape: PLAIN_SHAPE,
    values: new Map(Object.entries(values)),
    ...more,
  };
}

/** An engine that must not be asked for anything: sealing would be for nothing. */
function unasked(): typeof engine {
  return new Proxy(engine, {
    get: () => {
      throw new Error("something was sealed before all was checked");
    },
  });
}

describe("a Secret that is sealed", () => {
  it("has a token for each value, bound to its own key", () => {
    const sealed = sealSecret(engine, secret({ B: utf8("two"), A: utf8("one") }), OPTIONS);
    const opened = [...sealed.entries].map(([name, [slot]]) => {
      const one = openToken(engine, new Keyring([key]), slot.text, { ...PLACE, key: name });
      return [name, one.ok && fromUtf8(one.value)];
    });
    expect(opened).toEqual([
      ["B", "two"],
      ["A", "one"],
    ]);
    expect(
      openToken(engine, new Keyring([key]), sealed.entries.get("A")?.[0].text ?? "", { ...PLACE, key: "B" }).ok,
    ).toBe(false);
  });

  it("keeps what deployment tools track by on the SealedSecret, and passes all else on", () => {
    const labels = new Map([
      ["app", "shop"],
      ["app.kubernetes.io/instance", "shop"],
      ["helm.sh/chart", "shop-1"],
    ]);
    const annotations = new Map([
      ["note", "x"],
      ["argocd.argoproj.io/sync-wave", "1"],
    ]);
    const shape = { type: "example.org/t", immutable: true, labels, annotations };
    const sealed = sealSecret(engine, secret({ A: utf8("x") }, { shape }), OPTIONS);
    expect([[...sealed.labels.keys()], [...sealed.annotations.keys()]]).toEqual([
      ["app.kubernetes.io/instance", "helm.sh/chart"],
      ["argocd.argoproj.io/sync-wave"],
    ]);
    expect(sealed.shape).toEqual({
      type: "example.org/t",
      immutable: true,
      labels: new Map([["app", "shop"]]),
      annotations: new Map([["note", "x"]]),
    });
    expect(sealed.policy).toEqual(DEFAULT_POLICY);
  });

  it("keeps a token that is known to hold this very value, and asks for each with its place", () => {
    const asked: unknown[] = [];
    const reuse: SealOptions["reuse"] = (place, value) => {
      asked.push([place, fromUtf8(value)]);
      return place.key === "A" ? "lacre1.kept" : undefined;
    };
    const { entries } = sealSecret(engine, secret({ A: utf8("one"), B: utf8("two") }), { ...OPTIONS, reuse });
    expect(entries.get("A")?.[0].text).toBe("lacre1.kept");
    expect(entries.get("B")?.[0].token?.scope).toBe("strict");
    expect(asked).toEqual([
      [{ ...PLACE, key: "A" }, "one"],
      [{ ...PLACE, key: "B" }, "two"],
    ]);
  });
});

describe("a Secret that is refused", () => {
  const many = Object.fromEntries(Array.from({ length: MAX_ENTRIES + 1 }, (_, at) => [`K${at}`, utf8("x")]));

  it.each([
    ["no values", secret({}), "SECRET_EMPTY"],
    ["a value that is too large", secret({ A: new Uint8Array(MAX_VALUE_BYTES + 1) }), "VALUE_TOO_LARGE"],
    ["more entries than a cluster takes", secret(many), "VALUE_TOO_LARGE"],
    [
      "a label that no cluster takes",
      secret({ A: utf8("x") }, { shape: { ...PLAIN_SHAPE, labels: new Map([["a", "x".repeat(64)]]) } }),
      "VALUE_TOO_LARGE",
    ],
  ])("is one with %s, and nothing is sealed before", (_what, plain, code) => {
    expect(refusalOf(() => sealSecret(unasked(), plain, OPTIONS)).code).toBe(code);
  });

  it.each([
    ["without a namespace, where the scope binds it", { namespace: "" }, "NAMESPACE_MISSING"],
    ["of a name that cannot be", { name: "DB" }, "NAME_INVALID"],
  ])("is one %s", (_what, more, code) => {
    expect(refusalOf(() => sealSecret(engine, secret({ A: utf8("x") }, more), OPTIONS)).code).toBe(code);
  });

  it("does not have its long labels counted that only tools see", () => {
    const shape = { ...PLAIN_SHAPE, labels: new Map([["helm.sh/chart", "x".repeat(64)]]) };
    expect(sealSecret(engine, secret({ A: utf8("x") }, { shape }), OPTIONS).labels.size).toBe(1);
  });
});
