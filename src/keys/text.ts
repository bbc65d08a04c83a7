/** Keys as text: one line each, comment lines allowed around it. Format 1, section "Keys as text". */
import { fromBase64url, toBase64url } from "../bytes.ts";
import type { Engine } from "../crypto/engine.ts";
import type { PrivateKey, PublicKey } from "../crypto/key.ts";
import { importPrivateKey, importPublicKey } from "../crypto/key-import.ts";
import { LacreError } from "../errors.ts";
import { contentLines } from "../model/lines.ts";
import { isSuite, type Suite } from "../model/suite.ts";

const PUBLIC = "lacre-public-1.";
const PRIVATE = "lacre-private-1.";

/** The one line of a public key, without a line break. */
export function formatPublicKey(key: PublicKey): string {
  return `${PUBLIC}${key.suite}.${toBase64url(key.bytes)}`;
}

/** The one line of a private key, without a line break. Only ever written to a 0600 file. */
export function formatPrivateKey(key: PrivateKey): string {
  return `${PRIVATE}${key.publicKey.suite}.${toBase64url(key.seed())}`;
}

function decodeLine(line: string, kind: string): { readonly suite: Suite; readonly bytes: Uint8Array } {
  const [suite = "", encoded = "", ...rest] = line.slice(kind.length).split(".");
  const bytes = rest.length === 0 ? fromBase64url(encoded) : undefined;
  if (!isSuite(suite)) {
    throw new LacreError("KEY_INVALID", "the key is of a suite that this version does not know", {
      hint: "known suites: mlkem768x25519, x25519; the key may need a newer lacre",
    });
  }
  if (bytes === undefined) {
    throw new LacreError("KEY_INVALID", "the key is cut or holds characters that do not belong there", {
      hint: "copy the whole line again",
    });
  }
  return { suite, bytes };
}

function noKey(wanted: "public" | "private"): LacreError {
  return new LacreError("KEY_INVALID", `there is no ${wanted} key in it`, {
    hint: `a ${wanted} key is one line that starts with ${wanted === "public" ? PUBLIC : PRIVATE}`,
  });
}

/** All public keys in a text, at least one, or KEY_INVALID or KEY_IS_PRIVATE. */
export function parsePublicKeys(engine: Engine, text: string): readonly PublicKey[] {
  const lines = contentLines(text);
  if (lines.some((line) => line.startsWith(PRIVATE))) {
    throw new LacreError("KEY_IS_PRIVATE", "this is a private key; sealing needs only the public one", {
      hint: "print the public key with: lacre keys public --key-file FILE",
    });
  }
  if (lines.length === 0 || lines.some((line) => !line.startsWith(PUBLIC))) throw noKey("public");
  return lines.map((line) => {
    const { suite, bytes } = decodeLine(line, PUBLIC);
    return importPublicKey(engine, suite, bytes);
  });
}

/** All private keys in a text, at least one, or KEY_INVALID or KEY_IS_PUBLIC. */
export function parsePrivateKeys(engine: Engine, text: string): readonly PrivateKey[] {
  const lines = contentLines(text);
  if (lines.some((line) => line.startsWith(PUBLIC))) {
    throw new LacreError("KEY_IS_PUBLIC", "this is a public key; opening needs the private one", {
      hint: "pass the 0600 file that lacre keys generate wrote",
    });
  }
  if (lines.length === 0 || lines.some((line) => !line.startsWith(PRIVATE))) throw noKey("private");
  return lines.map((line) => {
    const { suite, bytes } = decodeLine(line, PRIVATE);
    return importPrivateKey(engine, suite, bytes);
  });
}
