/** What the watches have shown, and what of it needs a look. */
import { describe, expect, it } from "vitest";
import { isMade, Known } from "../../../controller/cluster/known.ts";
import type { ObjectStatus, SealedSecretObject, SecretObject } from "../../../controller/kube/object.ts";
import { ObjectSource } from "../../../controller/sources/objects.ts";
import { applyBody } from "../../../controller/targets/kubernetes/secret-object.ts";

const MAC_KEY = new Uint8Array(32).fill(7);
const KEY = "shop/db";

function known() {
  const source = new ObjectSource({
    permit: (shape) => ({ shape, dropped: [] }),
    get: async () => undefined,
  });
  return new Known({ source, macKey: () => MAC_KEY });
}

/** Ready, of generation 1, and with the Secret that `made` is. */
const READY: ObjectStatus = {
  observedGeneration: 1,
  secret: { uid: "s1", type: "Opaque" },
  conditions: [{ type: "Ready", status: "True", reason: "Synced", message: "", lastTransitionTime: "" }],
};
const failing = (reason: string): ObjectStatus => ({
  observedGeneration: 1,
  conditions: [{ type: "Ready", status: "False", reason, message: "", lastTransitionTime: "" }],
});

let version = 0;
const sealed = (status?: ObjectStatus, metadata: object = {}): SealedSecretObject => ({
  metadata: { name: "db", namespace: "shop", uid: "u1", resourceVersion: `${++version}`, generation: 1, ...metadata },
  spec: { entries: { A: { sealed: "lacre1.a" } } },
  ...(status && { status }),
});

/** The Secret as our apply makes it of the object that is known. */
function made(of: Known, value = "a"): SecretObject {
  const spec = of.sealed.get(KEY)?.spec;
  if (spec?.kind !== "desired") throw new Error("no spec");
  const { namespace, name, shape } = spec.wanted;
  const values = new Map([["A", new TextEncoder().encode(value)]]);
  const body = applyBody(MAC_KEY, spec.wanted, { namespace, name, shape, values }, undefined);
  return { ...body, metadata: { ...body.metadata, uid: "s1", resourceVersion: `${++version}` } };
}

/** All at rest: the object, and its Secret. */
function atRest() {
  const one = known();
  one.sawSealed(sealed(READY));
  one.sawSecret(made(one));
  return one;
}

describe("an object needs a look", () => {
  it("until its Secret is what its status says, whichever of the two is seen first", () => {
    const one = known();
    expect(one.sawSealed(sealed(READY))).toBe(true);
    expect(one.sawSecret(made(one))).toBe(false);
    expect(one.sawSealed(sealed(READY))).toBe(false);
    expect([...one.restless()]).toEqual([]);
  });

  it.each([
    ["it has no status", sealed()],
    ["it failed", sealed(failing("UnknownKey"))],
    ["its spec is of another generation", sealed(READY, { generation: 2 })],
    ["somebody asks for it", sealed(READY, { annotations: { "lacre.dev/requested-at": "now" } })],
    ["its status names another Secret", sealed({ ...READY, secret: { uid: "s2", type: "Opaque" } })],
    ["it was made anew under its name", sealed(READY, { uid: "u2" })],
    ["its spec is another", { ...sealed(READY), spec: { entries: { A: { sealed: "lacre1.b" } } } }],
    ["its spec is wrong", { ...sealed(READY), spec: {} }],
  ])("where %s", (_why, object) => {
    const one = atRest();
    expect(one.sawSealed(object)).toBe(true);
    expect([...one.restless()]).toEqual([KEY]);
  });

  it("not where what was asked for was done", () => {
    const status = { ...READY, lastHandledRequest: "now" };
    expect(atRest().sawSealed(sealed(status, { annotations: { "lacre.dev/requested-at": "now" } }))).toBe(false);
  });

  it("not for an echo", () => {
    const one = atRest();
    const echo = sealed(failing("UnknownKey"));
    expect([one.sawSealed(echo), one.sawSealed(echo)]).toEqual([true, false]);
  });
});

describe("a Secret needs a look", () => {
  it("where a hand changed it, and not for an echo", () => {
    const one = atRest();
    const edited = { ...made(one), data: { A: "eA==" } };
    expect([one.sawSecret(edited), one.sawSecret(edited)]).toEqual([true, false]);
    expect([...one.restless()]).toEqual([KEY]);
  });

  it("where nobody wants it any more", () => {
    const one = atRest();
    one.source.remove(KEY);
    expect(one.sawSecret({ metadata: { name: "db", namespace: "shop", resourceVersion: "x" } })).toBe(true);
    expect([...one.restless()]).toEqual([KEY]);
  });

  it("of one spec is not that of another", () => {
    const one = atRest();
    const tracked = one.sealed.get(KEY);
    if (tracked === undefined) throw new Error("not tracked");
    const live = one.secrets.get(KEY);
    expect([isMade(tracked, live), isMade(tracked, undefined)]).toEqual([true, false]);
    expect(isMade({ ...tracked, status: undefined }, live)).toBe(false);
  });
});

describe("what waits", () => {
  it.each([
    ["UnknownKey", true, false],
    ["KeyRetired", true, false],
    ["CannotDecrypt", true, false],
    ["AmbiguousEntry", true, false],
    ["Progressing", true, false],
    ["SignatureMissing", false, true],
    ["SignatureNotTrusted", false, true],
    ["NotOwned", false, false],
    ["RolledBack", false, false],
  ])("with %s may be helped by another key: %s, by other sealers: %s", (reason, byKeys, bySealers) => {
    const one = known();
    one.sawSealed(sealed(failing(reason)));
    expect([[...one.waitingForKeys()], [...one.waitingForSealers()]]).toEqual([
      byKeys ? [KEY] : [],
      bySealers ? [KEY] : [],
    ]);
  });

  it("has no status yet: another key may help", () => {
    const one = known();
    one.sawSealed(sealed());
    expect([...one.waitingForKeys()]).toEqual([KEY]);
  });
});

it("tokens of an object that is said to be ready are not held: a restart would hold those of all at once", async () => {
  const one = known();
  one.sawSealed(sealed(failing("UnknownKey")));
  expect((await one.source.read(KEY)).kind).toBe("desired");
  one.sawSealed(sealed(READY));
  expect((await one.source.read(KEY)).kind).toBe("gone");
});
