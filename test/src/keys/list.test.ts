import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../src/crypto/engine.ts";
import {
  fingerprintOf,
  type KeyList,
  newestActive,
  parseKeyList,
  sameKeys,
  signKeyList,
} from "../../../src/keys/list.ts";
import { bothEngines } from "../../support/engines.ts";
import { keyOf } from "../../support/tokens.ts";

const SEED = new Uint8Array(32).fill(1);
const code = (work: () => unknown) => {
  try {
    work();
    return "no error";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe.each(bothEngines().map((engine) => [engine.name, engine] as const))(
  "a key list, %s engine",
  (_name, engine) => {
    const key = (fill: number, state: "active" | "decrypt-only", notBefore: string) => ({
      publicKey: keyOf(engine, "mlkem768x25519", fill).publicKey,
      state,
      notBefore,
      notAfter: "2027-05-23T00:00:00Z",
    });
    const list: KeyList = {
      cluster: "prod",
      serial: 7,
      keys: [key(2, "active", "2026-11-24T00:00:00Z"), key(1, "decrypt-only", "2026-05-24T00:00:00Z")],
    };
    const text = signKeyList(engine, list, SEED);

    it("a key that stands in it twice, in two states, is not sealed for", () => {
      const time = "2026-11-25T00:00:00Z";
      const twice = {
        ...list,
        keys: [key(3, "active", time), { ...key(3, "active", time), state: "compromised" as const }, ...list.keys],
      };
      expect(newestActive(twice)?.publicKey.keyId).toBe(key(2, "active", time).publicKey.keyId);
      expect(newestActive({ keys: twice.keys.slice(0, 2) })).toBeUndefined();
    });

    it("comes back as it was signed, the same bytes every time, from either engine", () => {
      expect(signKeyList(engine, list, SEED)).toBe(text);
      for (const other of bothEngines()) {
        const parsed = parseKeyList(other, text);
        expect([parsed.cluster, parsed.serial, parsed.keys.length]).toEqual(["prod", 7, 2]);
        expect(signKeyList(other, parsed, SEED)).toBe(text);
        expect(signKeyList(other, list, SEED)).toBe(text);
        expect(fingerprintOf(other, parsed.identity)).toBe(fingerprintOf(engine, parsed.identity));
      }
    });

    it("no byte of it can be changed", () => {
      for (let at = text.indexOf("lacre-keys-1"); at < text.length - 1; at += 17) {
        const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
        expect([at, code(() => parseKeyList(engine, changed))]).not.toEqual([at, "no error"]);
      }
    });

    it("lines cannot be removed, added, repeated or moved", () => {
      const lines = text.split("\n");
      for (let at = 1; at < lines.length - 1; at++) {
        const without = lines.toSpliced(at, 1).join("\n");
        const twice = lines.toSpliced(at, 0, lines[at] as string).join("\n");
        expect([code(() => parseKeyList(engine, without)), code(() => parseKeyList(engine, twice))]).not.toContain(
          "no error",
        );
      }
      const [a, b] = [
        lines.findIndex((line) => line.startsWith("key: active")),
        lines.findIndex((line) => line.startsWith("key: decrypt")),
      ];
      const moved = lines
        .with(a, lines[b] as string)
        .with(b, lines[a] as string)
        .join("\n");
      expect(code(() => parseKeyList(engine, moved))).toBe("KEY_LIST_INVALID");
    });

    it("comments, empty lines and CRLF around it are allowed", () => {
      const loose = `# ours\r\n\r\n${text.replaceAll("\n", "\r\n")}`;
      expect(parseKeyList(engine, loose).serial).toBe(7);
    });

    it("a key that is not safe to seal to is refused although it is signed", () => {
      const zero = {
        ...list,
        keys: [
          {
            ...key(1, "active", "2026-01-01T00:00:00Z"),
            publicKey: { ...keyOf(engine, "x25519").publicKey, bytes: new Uint8Array(32) },
          },
        ],
      };
      expect(code(() => parseKeyList(engine, signKeyList(engine, zero, SEED)))).toBe("KEY_INVALID");
    });

    it("the newest active key is sealed to", () => {
      const keys = [
        key(3, "active", "2026-01-01T00:00:00Z"),
        ...list.keys,
        key(4, "decrypt-only", "2027-01-01T00:00:00Z"),
      ];
      expect(newestActive({ ...list, keys })?.notBefore).toBe("2026-11-24T00:00:00Z");
      expect(newestActive({ ...list, keys: [] })).toBeUndefined();
    });

    it("two lists with another serial and the same keys say the same", () => {
      expect(sameKeys(list, { ...list, serial: 8 })).toBe(true);
      expect(sameKeys(list, { ...list, keys: list.keys.slice(1) })).toBe(false);
    });
  },
);

it("the example in keys.example is a list that verifies, of the fingerprint that its README names", async () => {
  const folder = path.join(import.meta.dirname, "../../../keys.example");
  const [engine] = bothEngines();
  const list = parseKeyList(engine as Engine, fs.readFileSync(path.join(folder, "prod.keys"), "utf8"));
  expect(list.keys.map(({ state }) => state)).toEqual(["active", "decrypt-only"]);
  expect(fs.readFileSync(path.join(folder, "README.md"), "utf8")).toContain(
    fingerprintOf(engine as Engine, list.identity),
  );
});
