/** The values of a Secret: there every literal counts, however weak. */
import { decodeBase64 } from "./base64.ts";
import { classifyValue } from "./value.ts";

/** A hash can be tried out offline, so it is no less a value than any other; a certificate is public wherever it stands. */
export function isLiteralInSecret(text: string, isBase64: boolean): boolean {
  const kind = classifyValue(text);
  if (kind !== "literal" && kind !== "hash" && kind !== "public") return false;
  const decoded = isBase64 ? decodeBase64(text) : undefined;
  const inner = decoded === undefined ? kind : classifyValue(decoded);
  return inner === "literal" || inner === "hash";
}
