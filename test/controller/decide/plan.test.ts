import { describe, expect, it } from "vitest";
import { plan } from "../../../controller/decide/plan.ts";
import type { Listed, SourceIndex } from "../../../controller/sources/file-source.ts";
import type { InventoryRecord } from "../../../controller/standalone/inventory.ts";
import { DEFAULT_POLICY } from "../../../src/model/sealed-secret.ts";

const desired = (object: string, digest = "d"): Listed => ({
  object,
  digest,
  policy: DEFAULT_POLICY,
  file: `${object}.yaml`,
});
const record = (object: string, changes: Partial<InventoryRecord> = {}): [string, InventoryRecord] => [
  object,
  { file: `${object}.yaml`, digest: "d", fingerprint: "f", policy: DEFAULT_POLICY, ...changes },
];

function index(objects: readonly Listed[], changes: Partial<SourceIndex> = {}): SourceIndex {
  return {
    revision: "r",
    objects: new Map(objects.map((one) => [one.object, one])),
    disputed: new Set(),
    unreadable: new Map(),
    problems: [],
    files: new Map(),
    ...changes,
  };
}

function planned(
  wanted: SourceIndex,
  records: readonly [string, InventoryRecord][],
  allowEmpty = false,
  stamp: string | undefined = "f",
) {
  const stamps = new Map(stamp === undefined ? [] : [...wanted.objects.keys()].map((object) => [object, stamp]));
  const { due, orphans, settled, problems } = plan(wanted, { objects: new Map(records) }, stamps, { allowEmpty });
  return { due: due.map(({ object }) => object), orphans, settled, problems: problems.map(({ reason }) => reason) };
}

describe("plan", () => {
  it("does nothing about what is settled", () => {
    expect(planned(index([desired("a/b")]), [record("a/b")])).toEqual({
      due: [],
      orphans: [],
      settled: 1,
      problems: [],
    });
  });

  it("looks at what is new, changed, damaged, or was never finished", () => {
    const wanted = index(["n/new", "n/changed", "n/claimed", "n/same"].map((object) => desired(object)));
    const records = [
      record("n/changed", { digest: "old" }),
      record("n/claimed", { fingerprint: "" }),
      record("n/same"),
    ];
    expect(planned(wanted, records).due).toEqual(["n/new", "n/changed", "n/claimed"]);
    expect(planned(wanted, records, false, "other").due).toHaveLength(4);
    expect(planned(wanted, records, false, "").due).toHaveLength(4);
  });

  it("looks at what is treated otherwise, as a hand edit that is now to be put right", () => {
    const written = (changes: object) => [record("a/b", { policy: { ...DEFAULT_POLICY, ...changes } })];
    for (const changes of [{ drift: "Ignore" }, { adopt: "Merge" }, { deletion: "Orphan" }, { suspend: true }])
      expect(planned(index([desired("a/b")]), written(changes)).due).toEqual(["a/b"]);
    expect(planned(index([desired("a/b")]), written({})).due).toEqual([]);
  });

  it("prunes only what is in the inventory and of a file that could be read", () => {
    const records = [record("a/gone"), record("a/unknown", { file: "broken.yaml" })];
    expect(
      planned(index([desired("a/new")], { unreadable: new Map([["broken.yaml", "1"]]) }), records).orphans,
    ).toEqual(["a/gone"]);
  });

  it("keeps what may have moved into a file that became unreadable in the same change, and tells it in every pass", () => {
    const broken = { unreadable: new Map([["broken.yaml", "2"]]) };
    const now = index([desired("a/new")], broken);
    const at = (unreadable: ReadonlyMap<string, string> | undefined, records = [record("a/gone")]) =>
      plan(now, { objects: new Map(records), unreadable }, new Map(), { allowEmpty: false });
    for (const before of [new Map(), new Map([["broken.yaml", "1"]])]) {
      expect(at(before)).toMatchObject({ orphans: [], held: ["a/gone"], maybeIn: ["broken.yaml"] });
      expect(at(before).problems).toMatchObject([{ reason: "UnreadableFile" }]);
    }
    // It was unreadable before: what is gone has not gone there.
    for (const before of [new Map([["broken.yaml", "2"]]), undefined])
      expect(at(before)).toMatchObject({ orphans: ["a/gone"], held: [], problems: [] });
    const hidden = [record("a/gone", { maybeIn: ["broken.yaml"] })];
    expect(at(new Map([["broken.yaml", "2"]]), hidden)).toMatchObject({ orphans: [], held: [], problems: [{}] });
    const mended = plan(index([desired("a/new")]), { objects: new Map(hidden), unreadable: new Map() }, new Map(), {
      allowEmpty: false,
    });
    expect(mended).toMatchObject({ orphans: ["a/gone"], problems: [] });
  });

  it("an empty source prunes nothing unless that is allowed", () => {
    expect(planned(index([]), [record("a/b")])).toMatchObject({ orphans: [], problems: ["EmptySource"] });
    expect(planned(index([]), [record("a/b")], true)).toMatchObject({ orphans: ["a/b"], problems: [] });
    expect(planned(index([]), [])).toMatchObject({ problems: [] });
  });

  it("neither writes nor prunes what two files claim", () => {
    expect(planned(index([desired("a/b")], { disputed: new Set(["a/b"]) }), [record("a/b")])).toMatchObject({
      due: [],
      orphans: [],
    });
  });
});
