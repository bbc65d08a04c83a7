/** The limits of format 1, section "Limits". Checked before anything is decoded or allocated. */

/** Largest value, in bytes. */
export const MAX_VALUE_BYTES: number = 512 * 1024;
/** Largest sum of all values of one Secret, in bytes: a Secret must fit Kubernetes' 1 MiB. */
export const MAX_SECRET_BYTES: number = 768 * 1024;
/** Longest token, in characters. */
export const MAX_TOKEN_CHARACTERS = 800_000;
/** Most recipients of one token. */
export const MAX_RECIPIENTS = 8;
/** Largest file that is read at all, in bytes. */
export const MAX_INPUT_BYTES: number = 256 * 1024 * 1024;
