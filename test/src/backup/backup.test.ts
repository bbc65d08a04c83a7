/** Backups, recovery keys and shares: research case 53, and what a person can get wrong. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkRecipient,
  formatRecoveryKey,
  joinShares,
  lockBackup,
  lockOf,
  makeRecoveryKey,
  readIdentities,
  recoveryKeyId,
  splitRecoveryKey,
  unlockBackup,
} from "../../../src/backup/backup.ts";
import { portableEngine as engine } from "../../../src/crypto/engine-portable.ts";

const TEXT = "lacre-store-1\ncluster: prod\n";
const PASSPHRASE = "correct horse battery staple";
const bytes = (armoured: string) => new TextEncoder().encode(armoured);
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(() => ({ code: "no error", message: "" })).catch((one: unknown) => one);
  const { code, message } = error as { code: string; message: string };
  return [code, message];
};

describe("a backup for a recovery key", async () => {
  const [key, other] = [await makeRecoveryKey(), await makeRecoveryKey()];
  const file = bytes(await lockBackup(TEXT, { kind: "recipients", recipients: [key.recipient, other.recipient] }));
  const open = (identity: string, backup = file) =>
    unlockBackup(backup, { kind: "identities", identities: [identity] }, ["1234abcd"]);

  it("opens for each of its recipients, and for nobody else", async () => {
    expect(lockOf(file)).toBe("recipients");
    expect(await open(key.identity)).toBe(TEXT);
    expect(await open(other.identity)).toBe(TEXT);
    const stranger = await makeRecoveryKey();
    expect(await codeOf(open(stranger.identity))).toEqual([
      "BACKUP_LOCKED",
      "the backup is locked for another recovery key: it was tried with 1234abcd",
    ]);
    expect((await codeOf(unlockBackup(file, { kind: "passphrase", passphrase: PASSPHRASE })))[1]).toContain(
      "for a recovery key, not with a passphrase",
    );
  });

  it("53: a truncated or changed one is refused, wherever it is cut", async () => {
    const text = new TextDecoder().decode(file);
    for (const cut of [10, 40, 400, text.length - 200, text.length - 40]) {
      const [code] = await codeOf(open(key.identity, bytes(text.slice(0, cut))));
      expect([cut, code]).toEqual([cut, "BACKUP_INVALID"]);
    }
    const middle = text.length - 120;
    const changed = text.slice(0, middle) + (text[middle] === "A" ? "B" : "A") + text.slice(middle + 1);
    expect((await codeOf(open(key.identity, bytes(changed))))[0]).toBe("BACKUP_INVALID");
    expect((await codeOf(open(key.identity, bytes("kind: Secret\n"))))[1]).toContain("no age file");
  });

  it("only post-quantum recipients are taken, and a recovery key in their place is told to be known", async () => {
    expect(checkRecipient(key.recipient)).toBe(key.recipient);
    const classic = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    expect(() => checkRecipient(classic)).toThrow(/no post-quantum/);
    expect(() => checkRecipient(`${key.recipient.slice(0, -1)}${key.recipient.endsWith("q") ? "p" : "q"}`)).toThrow(
      /checksum/,
    );
    expect(() => checkRecipient(key.identity)).toThrow(/itself/);
  });

  it("the file of a recovery key is read back, and a classic one or a mistyped one refused", async () => {
    const text = formatRecoveryKey(key, recoveryKeyId(engine, key.recipient));
    expect(await readIdentities(text)).toEqual([key]);
    for (const bad of ["", "AGE-SECRET-KEY-1QQQQ", text.replace(/.\n$/, "Q\n").replace("PQ-1", "PQ-1Q")])
      expect((await codeOf(readIdentities(bad)))[0]).toBe("KEY_INVALID");
  });
});

describe("a backup with a passphrase", async () => {
  const file = bytes(await lockBackup(TEXT, { kind: "passphrase", passphrase: PASSPHRASE }));
  it("opens with it, and 53: with no other", async () => {
    expect(lockOf(file)).toBe("passphrase");
    expect(await unlockBackup(file, { kind: "passphrase", passphrase: PASSPHRASE })).toBe(TEXT);
    const wrong = unlockBackup(file, { kind: "passphrase", passphrase: `${PASSPHRASE} ` });
    expect(await codeOf(wrong)).toEqual(["BACKUP_LOCKED", "the passphrase is not the one of this backup"]);
    const { identity } = await makeRecoveryKey();
    const byKey = unlockBackup(file, { kind: "identities", identities: [identity] });
    expect((await codeOf(byKey))[1]).toContain("with a passphrase, not for a recovery key");
  });
  it("a short passphrase is refused: whoever has the file can try as long as they like", async () => {
    expect((await codeOf(lockBackup(TEXT, { kind: "passphrase", passphrase: "hunter2" })))[0]).toBe("USAGE");
  });
});

describe("shares of a recovery key", async () => {
  const key = await makeRecoveryKey();
  const keyId = recoveryKeyId(engine, key.recipient);
  const texts = await splitRecoveryKey(engine, key, { total: 5, threshold: 3 });
  const named = (...numbers: readonly number[]) =>
    numbers.map((number) => ({ name: `share ${number}`, text: texts[number - 1] as string }));

  it("any three of five give it back", async () => {
    for (const some of [
      [1, 2, 3],
      [5, 3, 1],
      [2, 4, 5],
      [1, 2, 3, 4, 5],
    ])
      expect(await joinShares(engine, named(...some))).toEqual(key);
  });

  it("two do not, and one that is brought twice counts once", async () => {
    for (const some of [
      [1, 2],
      [4, 4, 4],
    ]) {
      const [code, message] = await codeOf(joinShares(engine, named(...some)));
      expect(code).toBe("SHARE_INVALID");
      expect(message).toContain(`of the 3 shares that the recovery key ${keyId} needs`);
    }
  });

  it("a mistyped share, one of another key, and no share at all are each told", async () => {
    const mistyped = (texts[1] as string).replace(
      /(\.\d\.\d\.\d\.)(.)/,
      (_all, head, one) => `${head}${one === "A" ? "B" : "A"}`,
    );
    const [code, message] = await codeOf(joinShares(engine, [...named(1, 3), { name: "b.txt", text: mistyped }]));
    expect([code, message]).toEqual([
      "SHARE_INVALID",
      "b.txt: the share is mistyped or damaged: its checksum does not fit",
    ]);
    const strangers = await splitRecoveryKey(engine, await makeRecoveryKey(), { total: 3, threshold: 2 });
    const mixed = joinShares(engine, [...named(1, 2), { name: "c.txt", text: strangers[0] as string }]);
    expect((await codeOf(mixed))[1]).toMatch(
      new RegExp(`^c.txt is a share of the recovery key \\w{8}, and the others are of ${keyId}`),
    );
    expect((await codeOf(joinShares(engine, [{ name: "d.txt", text: "hello" }])))[1]).toContain("d.txt holds no share");
  });

  it("53: shares of two splittings of one key are found by the key id, not believed", async () => {
    const again = await splitRecoveryKey(engine, key, { total: 5, threshold: 3 });
    const mixed = [...named(1, 2), { name: "other", text: again[4] as string }];
    const [code, message] = await codeOf(joinShares(engine, mixed));
    expect(code).toBe("SHARE_INVALID");
    expect(message).toBe(`the shares do not give the recovery key ${keyId}`);
  });

  it("53: what enough shares give must have the key id that they carry", async () => {
    const other = await makeRecoveryKey();
    const lying = await splitRecoveryKey(engine, { ...key, recipient: other.recipient }, { total: 3, threshold: 2 });
    const joined = joinShares(
      engine,
      lying.map((text, index) => ({ name: `${index}`, text })),
    );
    expect((await codeOf(joined))[1]).toContain("do not give the recovery key");
  });

  it("impossible splittings are refused", async () => {
    for (const [total, threshold] of [
      [5, 1],
      [2, 3],
      [17, 3],
      [2.5, 2],
      [Number.NaN, 2],
    ] as const)
      expect((await codeOf(splitRecoveryKey(engine, key, { total, threshold })))[0]).toBe("USAGE");
  });
});

const TESTKIT = path.join(import.meta.dirname, "../../../../shared/vectors/age-cctv");
const hasTestkit = fs.existsSync(TESTKIT);
if (!hasTestkit) console.warn("the age test vectors are not here: shared/vectors/age-cctv");

describe.runIf(hasTestkit)("the age test vectors of C2SP/CCTV", () => {
  // What is inside of a group that is left out runs all the same.
  const names = hasTestkit ? fs.readdirSync(TESTKIT, { recursive: true, encoding: "utf8" }) : [];
  const files = names.filter((name) => {
    const at = path.join(TESTKIT, name);
    return fs.statSync(at).isFile() && fs.readFileSync(at).subarray(0, 7).toString() === "expect:";
  });
  /** Header lines `name: value`, an empty line, the age file. */
  const read = (name: string) => {
    const content = fs.readFileSync(path.join(TESTKIT, name));
    const end = content.indexOf("\n\n");
    const headers = content
      .subarray(0, end)
      .toString("latin1")
      .split("\n")
      .map((line) => line.split(": "));
    const of = (wanted: string) => headers.filter(([field]) => field === wanted).map(([, value]) => value as string);
    return { of, body: content.subarray(end + 2) };
  };
  const hybrid = files.filter((name) => {
    const { of } = read(name);
    return of("identity").some((one) => one.startsWith("AGE-SECRET-KEY-PQ-1")) && of("compressed").length === 0;
  });

  it("there are some for post-quantum recipients", () => expect(hybrid.length).toBeGreaterThan(3));
  it.each(hybrid)("%s ends as it must", async (name) => {
    const { of, body } = read(name);
    const identities = of("identity");
    const opened = await codeOf(unlockBackup(new Uint8Array(body), { kind: "identities", identities }));
    // Some are files that open and hold no text: to us they are no backup.
    if (of("expect")[0] === "success") expect(["no error", "BACKUP_INVALID"]).toContain(opened[0]);
    else expect(["BACKUP_INVALID", "BACKUP_LOCKED"]).toContain(opened[0]);
  });
});
