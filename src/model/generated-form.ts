/** Which characters a generated value has. */

/** base64 is the usual one, without padding. */
export type GeneratedForm = "hex" | "base64" | "alphanumeric";

/** All forms. */
export const GENERATED_FORMS: readonly GeneratedForm[] = ["hex", "base64", "alphanumeric"];
