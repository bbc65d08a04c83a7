/** Judges one file without any key: is there a Secret in plain sight, and is every sealed value sound and in its place? */

import { parseToken } from "../crypto/token.ts";
import { isAtWith } from "../crypto/token-place.ts";
import { LacreError } from "../errors.ts";
import { isManifestPath } from "../format/detect.ts";
import type { SealedObject } from "../format/edit.ts";
import { decodeSource, lineOf, type Source } from "../format/source.ts";
import { readStream, type StreamObject } from "../format/stream.ts";
import { objectName } from "../model/sealed-secret.ts";
import type { Finding } from "./finding.ts";

const CONCERNS_US = /Secret|stringData|lacre1\.|\\[uUx]/;
const PRIVATE_KEY = /^[ \t]*lacre-private-1\.[a-z0-9]+\.[\w-]{43}/m;

/** All findings in one file, in the order of its lines. */
export function verifyFile(
  sha256: (message: Uint8Array) => Uint8Array,
  path: string,
  bytes: Uint8Array,
): readonly Finding[] {
  if (!isManifestPath(path)) return privateKeys(path, new TextDecoder().decode(bytes));
  try {
    const source = decodeSource(path, bytes);
    const findings = [...privateKeys(path, source.text)];
    for (const object of readStream(source)) findings.push(...verifyObject(sha256, source, object));
    return findings.sort((a, b) => a.line - b.line);
  } catch (error) {
    if (!(error instanceof LacreError)) throw error;
    if (error.code === "INPUT_EMPTY") return [];
    // It never fails open: what cannot be read cannot be called clean. A template that never names a Secret can.
    if (error.code === "DOCUMENT_INVALID" && !CONCERNS_US.test(new TextDecoder().decode(bytes))) return [];
    const line = Number(/:(\d+):\d+: /.exec(error.message)?.[1] ?? 1);
    return [{ rule: "unreadable", path, line, message: error.message, fix: error.hint ?? "mend the file" }];
  }
}

function privateKeys(path: string, text: string): readonly Finding[] {
  const found = PRIVATE_KEY.exec(text);
  if (found === null) return [];
  const line = lineOf(text, found.index);
  return [
    {
      rule: "lacre-private-key",
      path,
      line,
      message: "a private key",
      fix: `git rm --cached ${path}, move the file out of the repository, and replace the key: it must count as known`,
    },
  ];
}

function verifyObject(
  sha256: (message: Uint8Array) => Uint8Array,
  source: Source,
  object: StreamObject,
): readonly Finding[] {
  const { path } = source;
  if (object.kind === "sealed") return verifySealed(sha256, source, object);
  if (object.secret.values.size === 0) return [];
  return [
    {
      rule: "kubernetes-secret-plaintext",
      path,
      line: lineOf(source.text, object.site.start),
      message: `Secret ${objectName(object.secret)} in the clear`,
      fix: `lacre seal --in-place ${path}`,
    },
  ];
}

function verifySealed(
  sha256: (message: Uint8Array) => Uint8Array,
  source: Source,
  { sealed, places, document }: SealedObject,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [key, text] of sealed.entries) {
    const token = parseToken(text);
    const place = { namespace: sealed.namespace, name: sealed.name, key };
    if (token !== undefined && isAtWith(sha256, token, place)) continue;
    const at = document.start + (places.places.get(key)?.token.range[0] ?? 0);
    findings.push({
      rule: token === undefined ? "sealed-token-malformed" : "sealed-token-moved",
      path: source.path,
      line: lineOf(source.text, at),
      message: `${objectName(sealed)}, entry ${key}: ${token === undefined ? "not a sound token" : "a token sealed for another place"}`,
      fix: `lacre set ${source.path} ${key}`,
    });
  }
  return findings;
}
