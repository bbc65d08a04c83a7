/** Backups and recovery keys: every loss that is recovered from, and what a person can get wrong. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkRecipient,
  formatRecoveryKey,
  lockBackup,
  lockOf,
  makeRecoveryKey,
  readIdentities,
  unlockBackup,
} from "../../../src/backup/index.ts";

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

  it("a truncated or changed one is refused, wherever it is cut", async () => {
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
    const text = formatRecoveryKey(key, "1234abcd");
    expect(await readIdentities(text)).toEqual([key]);
    for (const bad of ["", "AGE-SECRET-KEY-1QQQQ", text.replace(/.\n$/, "Q\n").replace("PQ-1", "PQ-1Q")])
      expect((await codeOf(readIdentities(bad)))[0]).toBe("KEY_INVALID");
  });
});

describe("a backup with a passphrase", async () => {
  const file = bytes(await lockBackup(TEXT, { kind: "passphrase", passphrase: PASSPHRASE }));
  it("opens with it, and with no other", async () => {
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
