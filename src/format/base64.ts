/** base64 as it stands in files: with line breaks, in either alphabet, padded or not. */

/** The text behind base64, one character a byte, or undefined. */
export function decodeBase64(text: string): string | undefined {
  try {
    return atob(text.replace(/\s/g, "").replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return undefined;
  }
}
