/** Whom environments are sealed for: what is wrong as it is, and what a change moves. */
import { describe, expect, it } from "vitest";
import {
  type Demand,
  type EnvironmentState,
  judgeEnvironments,
  movedEnvironments,
} from "../../../src/verify/environments.ts";

const state = (more: Partial<EnvironmentState> = {}): EnvironmentState => ({
  name: "prod",
  line: 3,
  recipients: [{ fingerprint: "A", cluster: "c", serial: 5 }],
  missing: [],
  isDefault: true,
  ...more,
});
const names =
  (...fingerprints: readonly string[]): Demand =>
  (fingerprint) => ({
    isNamed: fingerprints.includes(fingerprint),
    isBound: false,
  });

describe("as it is", () => {
  const rules = (states: readonly EnvironmentState[], demand?: Demand) =>
    judgeEnvironments(".lacre.yaml", states, demand).map(({ rule }) => rule);

  it.each([
    ["with its keys", [state()], undefined, []],
    ["without a keys file", [state({ missing: ["keys/b.keys"] })], undefined, ["environment-keys-missing"]],
    ["for somebody whom LACRE_PIN names", [state()], names("A"), []],
    ["for somebody else", [state()], names("B"), ["environment-not-pinned"]],
    ["with the keys of another", [state(), state({ name: "staging" })], undefined, ["environments-equal"]],
    ["with the keys of another, in another namespace", [state(), state({ name: "b", namespace: "n" })], undefined, []],
    ["without anybody, like another", [state({ recipients: [] }), state({ name: "b", recipients: [] })], undefined, []],
  ] as const)("an environment %s", (_, states, demand, expected) => {
    expect(rules(states, demand)).toEqual(expected);
  });
});

describe("a change", () => {
  const moved = (after: EnvironmentState, before = state(), demand?: Demand, everywhere = [before]) =>
    movedEnvironments(".lacre.yaml", [after], [before], everywhere, demand).findings.map(({ rule }) => rule);
  const other = { fingerprint: "B", cluster: "d", serial: 1 };

  it.each([
    ["of nothing", state(), undefined, []],
    ["to a newer list", state({ recipients: [{ fingerprint: "A", cluster: "c", serial: 6 }] }), undefined, []],
    [
      "to an older list",
      state({ recipients: [{ fingerprint: "A", cluster: "c", serial: 4 }] }),
      undefined,
      ["environment-list-old"],
    ],
    ["to another identity", state({ recipients: [other] }), undefined, ["environment-changed"]],
    [
      "to another identity that LACRE_PIN names, and no longer the old one",
      state({ recipients: [other] }),
      names("B"),
      [],
    ],
    [
      "to another identity, with both in LACRE_PIN",
      state({ recipients: [other] }),
      names("A", "B"),
      ["environment-changed"],
    ],
    [
      "to one recipient more",
      state({ recipients: [...state().recipients, other] }),
      undefined,
      ["environment-changed"],
    ],
    ["to nobody", state({ recipients: [] }), undefined, ["environment-changed"]],
    ["to a list that is missing, which is told by itself", state({ recipients: [], missing: ["x"] }), undefined, []],
    ["of its branch", state({ branch: "main" }), undefined, ["environment-moved"]],
    ["of its namespace", state({ namespace: "n" }), undefined, ["environment-moved"]],
  ] as const)("%s", (_, after, demand, expected) => {
    expect(moved(after, state(), demand)).toEqual(expected);
  });

  it("to somebody who is another environment's already needs a pin of its own", () => {
    const everywhere = [state(), state({ name: "staging", recipients: [other] })];
    expect(moved(state({ recipients: [other] }), state(), names("B"), everywhere)).toEqual(["environment-changed"]);
  });

  it("that takes an environment away is one; that adds one is a note", () => {
    const { findings, notes } = movedEnvironments(".lacre.yaml", [state({ name: "new" })], [state()], [], undefined);
    expect(findings.map(({ rule }) => rule)).toEqual(["environment-changed", "environment-moved"]);
    expect(notes).toEqual([".lacre.yaml: this change adds environment new, sealed for c (A)"]);
  });
});
