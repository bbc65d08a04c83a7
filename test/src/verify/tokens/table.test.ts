/** The table of token shapes, each rule against examples made from its own parts. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verify } from "../../../../src/verify/index.ts";
import { crc32, toBase62 } from "../../../../src/verify/tokens/checksum.ts";
import {
  charactersOf,
  compileShape,
  type Part,
  type Run,
  type TokenRule,
} from "../../../../src/verify/tokens/shape.ts";
import { TOKEN_RULES } from "../../../../src/verify/tokens/table.ts";

const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());

/** Numbers from 0 up to 1, the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

const isRun = (part: Part): part is Run => typeof part === "object" && "of" in part;

function example(parts: readonly Part[], random: () => number): string {
  const pick = <T>(list: ArrayLike<T>): T => list[Math.floor(random() * list.length)] as T;
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      if (!isRun(part)) return pick(part);
      const characters = charactersOf(part.of).replace(/[+/=]/g, (sign) => (part.max > 3 ? sign : "A"));
      const length = part.min + Math.floor(random() * (Math.min(part.max, part.min + 8) - part.min + 1));
      let text = "";
      while (text.length < length) text += pick(characters);
      // A token does not end in padding that its alphabet would allow anywhere.
      return text.replace(/[-_=.~]$/, "a").replace(/^[-_=.~]/, "b");
    })
    .join("");
}

/** Examples whose inside has to add up. */
const STRUCTURED: Readonly<Record<string, (random: () => number) => string>> = {
  "github-token": (random) => withCrc("ghp_", random),
  "npm-token": (random) => withCrc("npm_", random),
  jwt: (random) =>
    `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(`{"sub":"${random()}","n":${random()}}`)}.${example([{ of: "base62", min: 43, max: 43 }], random)}`,
  "discord-bot-token": (random) =>
    `${encode(`10${Math.floor(1e15 + random() * 8e15)}`)}.${example([{ of: "base62", min: 6, max: 6 }], random)}.${example([{ of: "base62", min: 38, max: 38 }], random)}`,
  "nats-seed": (random) => nkey(random),
};

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function withCrc(prefix: string, random: () => number): string {
  const body = example([{ of: "base62", min: 30, max: 30 }], random);
  return prefix + body + toBase62(crc32(body));
}

function nkey(random: () => number): string {
  const bytes = [
    (18 << 3) | (20 >> 2),
    (20 << 6) & 0xff,
    ...Array.from({ length: 32 }, () => Math.floor(random() * 256)),
  ];
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  const bits = [...bytes, crc & 0xff, crc >> 8].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.padEnd(Math.ceil(bits.length / 5) * 5, "0").match(/.{5}/g) ?? [])
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)])
    .join("");
}

function tokenOf(rule: TokenRule, random: () => number): string {
  return (STRUCTURED[rule.id] ?? ((from) => example(rule.parts, from)))(random);
}

function rulesIn(text: string): readonly string[] {
  return verify([{ path: "src/notes.txt", bytes: new TextEncoder().encode(text) }], { sha256 }).map(({ rule }) => rule);
}

describe("the table of tokens", () => {
  it("has at least 150 rules, each with an id of its own and a page that documents it", () => {
    expect(TOKEN_RULES.length).toBeGreaterThanOrEqual(150);
    expect(new Set(TOKEN_RULES.map(({ id }) => id)).size).toBe(TOKEN_RULES.length);
    for (const rule of TOKEN_RULES) expect([rule.id, URL.canParse(rule.source)]).toEqual([rule.id, true]);
  });
});

describe.each(TOKEN_RULES)("$id", (rule) => {
  const random = generator([...rule.id].reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) | 0);
  const about = rule.near ?? "note";

  it("finds two true examples in a text", () => {
    for (let count = 0; count < 2; count++) {
      const found = rulesIn(`${about}: see ${tokenOf(rule, random)} for more\n`);
      expect(found.length, "a finding").toBeGreaterThan(0);
      if (!found.includes(rule.id)) {
        // Another rule may know the same shape: then it must be one that matches the token as well.
        expect(TOKEN_RULES.filter(({ id }) => found.includes(id)).length).toBeGreaterThan(0);
      }
    }
  });

  it("is not slowed down by text that nearly matches, over and over", () => {
    const nearly = tokenOf(rule, random).slice(0, -1);
    const bait = `${about} ${nearly.repeat(Math.ceil(100_000 / nearly.length))} ${`${nearly} `.repeat(Math.ceil(100_000 / nearly.length))}`;
    expect(rulesIn(bait)).toBeInstanceOf(Array);
  });

  it("does not find two false ones: one that is cut short, and one inside of a longer word", () => {
    const pattern = compileShape(rule.parts, "g");
    const token = tokenOf(rule, random);
    const runs = rule.parts.filter(isRun);
    const last = runs.at(-1);
    const shortened =
      last === undefined
        ? token.slice(1)
        : example(
            rule.parts.map((part) => (part === last ? { ...last, min: last.min - 1, max: last.min - 1 } : part)),
            random,
          );
    const accepts = (text: string) => [...text.matchAll(pattern)].some(([match]) => rule.check?.(match) !== false);
    expect(accepts(`see ${shortened} for more`)).toBe(false);
    expect(accepts(`see abc${token} for more`) && typeof rule.parts[0] === "string").toBe(false);
  });
});

it("a token whose checksum does not fit is none", () => {
  const token = withCrc("ghp_", generator(5));
  expect(rulesIn(`x ${token}\n`)).toEqual(["github-token"]);
  const last = token.endsWith("a") ? "b" : "a";
  expect(rulesIn(`x ${token.slice(0, -1)}${last}\n`)).toEqual([]);
});
