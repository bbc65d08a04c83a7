/** Packed bytes by their first ones: what is inside is not unpacked here, so it must be said that nobody looked. */

type Magic = { readonly at: number; readonly bytes: readonly number[] };

/** gzip (RFC 1952), zip, xz, bzip2, zstd (RFC 8878), 7z, lz4, rar, compress, tar. */
const MAGICS: readonly Magic[] = [
  { at: 0, bytes: [0x1f, 0x8b] },
  { at: 0, bytes: [0x50, 0x4b, 3, 4] },
  { at: 0, bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] },
  { at: 0, bytes: [0x42, 0x5a, 0x68] },
  { at: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { at: 0, bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { at: 0, bytes: [4, 0x22, 0x4d, 0x18] },
  { at: 0, bytes: [0x52, 0x61, 0x72, 0x21, 0x1a, 7] },
  { at: 0, bytes: [0x1f, 0x9d] },
  { at: 257, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] },
];
/** bzip2's letters begin texts too: the digit and the magic of a block follow (pi). */
const BZIP2_BLOCK = /^BZh[1-9]1AY&SY/;

/** True for what a packer wrote; one character a byte. */
export function isPacked(text: string): boolean {
  const found = MAGICS.find(({ at, bytes }) => bytes.every((byte, index) => text.charCodeAt(at + index) === byte));
  return found !== undefined && (found.bytes[0] !== 0x42 || BZIP2_BLOCK.test(text));
}

const PACKING = /\.(?:t?gz|gzip|zip|t?xz|t?bz2?|bzip2|t?zst|zstd|7z|lz4|rar|z|tar|b64|base64)$/i;
const CONFIGURATION =
  /\.(?:ya?ml|json[5c]?|env|envrc|properties|ini|toml|conf|config|cfg|cnf|tfvars|tfstate|xml|txt|sops|enc|key|pem)$/i;
const SECRET_NAME = /(?:^|[/._-])(?:secrets?|credentials?|passwords?|\.?env|kubeconfig|netrc|pgpass)(?:[/._-]|$)/i;

/** True for a name under which people keep configuration: packed, it must not be taken for one that was judged. */
export function isConfigurationName(path: string): boolean {
  let plain = path;
  while (PACKING.test(plain)) plain = plain.replace(PACKING, "");
  return CONFIGURATION.test(plain) || SECRET_NAME.test(plain.slice(plain.lastIndexOf("/") + 1));
}
