/** Marks in the place of a value: what some tool fills in before the value is used, and nothing once it is sealed. */

/** True for what some tool replaces by a value before, or when, it is used: the whole of it is such a mark. */
export function isPlaceholder(text: string): boolean {
  return text.length <= MAX_CHARACTERS && PLACEHOLDERS.some((form) => form.test(text.trim()));
}

/** No mark is longer. */
const MAX_CHARACTERS = 1_000;

const PLACEHOLDERS: readonly RegExp[] = [
  // Flux's postBuild and envsubst.
  /^\$\{[A-Za-z_]\w*\}$/,
  // Helm, Jinja and their like.
  /^\{\{[^{}]*\}\}$/,
  // Argo CD Vault Plugin.
  /^<path:[^<>\s]+#[^<>]+>$/,
  // vals, bank-vaults, 1Password.
  /^ref\+[a-z0-9]+:\/\/\S+$/,
  /^vault:[\w/.-]+#\S+$/,
  /^op:\/\/\S+$/,
  // What `lacre edit` shows in the place of a value.
  /^<sealed>$/,
];
