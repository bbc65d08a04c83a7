/** What `lacre/node` shows: frozen once it is published. */
import { describe, expect, it } from "vitest";
import * as face from "../../../src/node/index.ts";

describe("lacre/node", () => {
  it("shows these and nothing else", () => {
    expect(Object.keys(face).sort()).toEqual([
      "EXIT",
      "EXIT_CODES",
      "isCommittable",
      "loadEngine",
      "nativeEngine",
      "readKeyFile",
      "tryPidLock",
      "writeAtomic",
      "writeNew",
      "writeWhole",
    ]);
  });
});
