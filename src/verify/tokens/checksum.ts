/** Checks inside tokens: what cannot be met by chance needs no entropy threshold. */

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const CRC32_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 (ISO-HDLC, as in zip) of ASCII text. */
export function crc32(text: string): number {
  let value = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    value = (value >>> 8) ^ (CRC32_TABLE[(value ^ text.charCodeAt(i)) & 0xff] as number);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A number in base 62, digits first, then upper case, padded with zeros to six characters. */
export function toBase62(value: number): string {
  let out = "";
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) out = (BASE62[rest % 62] as string) + out;
  return out.padStart(6, "0");
}

/** GitHub's and npm's tokens end in the CRC-32 of what stands between the prefix and the last six characters. */
export function endsInCrc32(token: string): boolean {
  const body = token.slice(token.indexOf("_") + 1);
  return toBase62(crc32(body.slice(0, -6))) === body.slice(-6);
}

function decodeBase64url(text: string): string | undefined {
  try {
    return atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return undefined;
  }
}

/** The first part of a JWT is a JSON object that names an algorithm (RFC 7515, section 4.1.1). */
export function isJwt(token: string): boolean {
  const [header = "", payload = ""] = token.split(".");
  return /^\{.*"alg"\s*:/s.test(decodeBase64url(header) ?? "") && (decodeBase64url(payload) ?? "").startsWith("{");
}

/** The first part of a Discord bot token is the bot's numeric id in base64. */
export function isDiscord(token: string): boolean {
  return /^\d{16,20}$/.test(decodeBase64url(token.split(".")[0] ?? "") ?? "");
}

/** CRC-16/XMODEM, little endian, at the end of a NATS nkey (nats-io/nkeys). */
export function isNkeySeed(token: string): boolean {
  const bytes = decodeBase32(token);
  let crc = 0;
  for (const byte of bytes.slice(0, -2)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return bytes.length > 2 && (bytes.at(-2) as number) === (crc & 0xff) && (bytes.at(-1) as number) === crc >> 8;
}

function decodeBase32(text: string): number[] {
  const out: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of text) {
    buffer = ((buffer << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character)) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push((buffer >> bits) & 0xff);
  }
  return out;
}
