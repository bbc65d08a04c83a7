/** Values that nobody can have meant are refused by name of the key, and never repeated. */
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/bytes.ts";
import { LacreError } from "../../../src/errors.ts";
import { foreignFileHint, refuseUnmeant } from "../../../src/seal/unmeant.ts";

function refusal(value: Uint8Array): string {
  try {
    refuseUnmeant("PASSWORD", value);
  } catch (error) {
    if (error instanceof LacreError) return `${error.code} ${error.message} (${error.hint})`;
    throw error;
  }
  return "sealed";
}

const ENCRYPTED = "ENC[AES256_GCM,data:3ZHkP8k=,iv:dGhpcyBpcyBhbiBpdg==,tag:dGhpcyBpcyBhIHRhZw==,type:str]";

describe("a value", () => {
  it.each([
    ["sops has sealed", ENCRYPTED, "is sealed by SOPS already", "sops"],
    [
      "ansible-vault has sealed",
      "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
      "is sealed by Ansible Vault already",
      "ansible-vault",
    ],
    ["is a placeholder", "\x24{DB_PASSWORD}", "is a placeholder, and no value", "--as-is"],
  ])("that %s is refused with what to do, and not repeated", (_what, value, message, hint) => {
    const said = refusal(utf8(value));
    expect(said).toContain(`SECRET_INVALID the value of PASSWORD ${message}`);
    expect(said).toContain(hint);
    expect(said).toContain("--as-is");
    expect(said).not.toContain(value.trim());
  });

  it.each([
    ["age", utf8("age-encryption.org/v1\n-> X25519 \n"), "age"],
    ["git-crypt", Uint8Array.of(0, ...utf8("GITCRYPT"), 0, 0xff, 0xfe), "git-crypt"],
  ])("that %s has sealed in bytes is refused too", (_what, value, tool) => {
    expect(refusal(value)).toContain(`SECRET_INVALID the value of PASSWORD is sealed by ${tool} already`);
  });

  it.each([
    ["holds a placeholder among other text", utf8("postgres://app:\x24{DB_PASSWORD}@db")],
    ["is no text", Uint8Array.of(0xff, 0xfe)],
    ["is empty", utf8("")],
  ])("that %s is nobody's mistake", (_what, value) => {
    expect(refusal(value)).toBe("sealed");
  });
});

describe("a file", () => {
  it("that another tool sealed is told with the command that opens it, and one of plain values is not", () => {
    expect(foreignFileHint(`A=${ENCRYPTED}\nsops_version=3.9.0\nsops_mac=${ENCRYPTED}\n`)).toContain("sops");
    expect(foreignFileHint("A=b\n")).toBeUndefined();
  });
});
