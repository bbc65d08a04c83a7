/** One text through all detectors: what stands inside counts where it stands, and time has an end. */
import { describe, expect, it } from "vitest";
import type { Examined } from "../../../src/verify/detect/detector.ts";
import type { Hit } from "../../../src/verify/hit.ts";
import { type Deadline, OutOfTime, scanText } from "../../../src/verify/scan.ts";
import { fileKind } from "../../../src/verify/text/file-kind.ts";

const FOREVER: Deadline = { now: () => 0, at: 1 };

function scanned(path: string, text: string, deadline = FOREVER, more: Partial<Examined> = {}): readonly Hit[] {
  const hits: Hit[] = [];
  const examined = {
    path,
    text,
    depth: 0,
    locate: (offset: number) => offset,
    kind: fileKind(path, text),
    isBinary: false,
    role: undefined,
    policy: {},
    means: { sha256: () => new Uint8Array(32), isSigned: () => false },
    ...more,
  };
  scanText(examined, deadline, (hit) => hits.push(hit));
  return hits;
}

const SECRET = "kind: Secret\nstringData:\n  zone: harbour\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a text inside of another", () => {
  it("in base64 is found where the outer one begins", () => {
    const text = `a: b\nc: ${base64(SECRET)}\n`;
    expect(scanned("a.yaml", text).map(({ rule, start }) => [rule, start])).toEqual([
      ["kubernetes-secret-plaintext", 8],
    ]);
  });

  it("in base64 of base64 too", () => {
    const places = scanned("a.txt", base64(base64(SECRET))).map(({ rule, start }) => `${rule} ${start}`);
    expect(new Set(places)).toEqual(new Set(["kubernetes-secret-plaintext 0"]));
  });

  it("is not a file: no role counts inside", () => {
    const text = base64("# nothing but a comment, and long enough\n");
    expect(scanned("notes", text, FOREVER, { role: "git-crypt" }).map(({ rule }) => rule)).toEqual([
      "git-crypt-plaintext",
    ]);
  });
});

it("hits of a text that stands somewhere are where it stands", () => {
  const hits = scanned("a.env", "PASSWORD=hunter2\n", FOREVER, { locate: (offset) => offset + 100 });
  expect(hits.map(({ start, end }) => [start, end])).toEqual([[109, 116]]);
});

it("what is inside of a text that stands somewhere is there too", () => {
  const text = `c: ${base64(SECRET)}\n`;
  const hits = scanned("a.yaml", text, FOREVER, { locate: (offset) => offset + 100 });
  expect(hits.map(({ start }) => start)).toEqual([103]);
});

it("a shape that is looked for only beside its provider's name is found once, on whichever side the name stands", () => {
  const key = "sdk-3f9a17c2-88be-41d5-9c07-5be2a46d81f3";
  const rules = (text: string) => scanned("a.txt", text).map(({ rule }) => rule);
  expect(rules(`${key} for launchdarkly, LaunchDarkly\n`)).toEqual(["launchdarkly-key"]);
  expect(rules(`launchdarkly: ${key}\n`)).toEqual(["launchdarkly-key"]);
  expect(rules(`${key}\n`)).toEqual([]);
});

it("a name with several words that promise a secret is one finding", () => {
  expect(scanned("a.env", "ACCESS_TOKEN_SECRET_KEY=Zq81xTe49vLKd7mW\n")).toHaveLength(1);
});

it("names in what programs generate are passed over, other shapes are not", () => {
  expect(scanned("package-lock.json", '"password": "Zq81xTe49vLKd7mW"')).toEqual([]);
  expect(scanned("package-lock.json", "https://me:Zq81xTe49vLKd7mW@db/app")).toHaveLength(1);
});

it("when time is out it says so instead of being done", () => {
  const over: Deadline = { now: () => 2, at: 1 };
  expect(() => scanned("a.env", "PASSWORD=hunter2\n", over)).toThrow(OutOfTime);
  expect(() => scanned("a.env", "key ".repeat(300), over)).toThrow(OutOfTime);
});
