import { describe, expect, it } from "vitest";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";
import type { SealRequest } from "../../../src/crypto/seal-token.ts";
import { entryOf } from "../../../src/model/entry.ts";
import type { SealedSecret } from "../../../src/model/sealed-secret.ts";
import {
  parseResealResult,
  resealedChanges,
  resealFooter,
  resealHeader,
  resealLine,
  tokenDigest,
} from "../../../src/seal/reseal-result.ts";
import { keyOf, PLACE, tokenFor } from "../../support/tokens.ts";

const [old, fresh] = [keyOf(engine, "x25519", 1), keyOf(engine, "x25519", 2)];
const before = tokenFor(engine, old);
const sealed = {
  namespace: PLACE.namespace,
  name: PLACE.name,
  entries: new Map([[PLACE.key, entryOf(before)]]),
} as unknown as SealedSecret;
const line = (changes: Partial<SealRequest> = {}, replaces = tokenDigest(engine, before)) =>
  resealLine({ ...PLACE, replaces, token: tokenFor(engine, fresh, changes) });
const changesOf = (text: string) =>
  resealedChanges(engine, sealed, parseResealResult(`${resealHeader("prod")}${text}${resealFooter(1, 0)}`).entries);

describe("the result of a reseal", () => {
  it("replaces the token that it names, and nothing that was changed since", () => {
    expect([...changesOf(line()).keys()]).toEqual([PLACE.key]);
    expect(changesOf(line({}, "0".repeat(64))).size).toBe(0);
  });

  it.each([
    ["another time", { sealedAt: 1n }],
    ["another scope", { scope: "namespace" }],
    ["another place", { place: { ...PLACE, key: "OTHER" } }],
  ] as const)("is refused where a token is of %s", (_name, changes) => {
    expect(() => changesOf(line(changes))).toThrow(/has no like token for shop\/db-credentials, entry DB_PASSWORD/);
  });

  it("is refused where a token is none", () => {
    const text = resealLine({ ...PLACE, replaces: tokenDigest(engine, before), token: "lacre1.AAAA" });
    expect(() => changesOf(text)).toThrow(/no like token/);
  });

  it("is refused when it is cut at either end, and passed over are lines of a log", () => {
    const entry = line();
    const whole = `{"level":"info"}\n${resealHeader("prod")}not JSON\n${entry}{"msg":1}\n${resealFooter(1, 2)}`;
    expect(parseResealResult(whole)).toMatchObject({ left: 2 });
    expect(() => parseResealResult(whole.slice(whole.indexOf("not JSON")))).toThrow(/is cut/);
    expect(() => parseResealResult(whole.slice(0, whole.indexOf('{"msg"')))).toThrow(/is cut: 1 entries/);
    expect(() => parseResealResult(whole.replace(entry, ""))).toThrow();
    expect(() => parseResealResult("hello")).toThrow(/no result of a reseal/);
  });
});
