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
/**
 * Largest manifest that a controller reads, in bytes: three Secrets of the largest size, sealed. A parser takes up to a
 * hundred times the size in memory, and one file of a source must not end the controller.
 */
export const MAX_MANIFEST_BYTES: number = 4 * 1024 * 1024;

// The limits of deploy/base/crd.yaml: what is over them could not be applied in a cluster.

/** Most entries of one SealedSecret. */
export const MAX_ENTRIES = 512;
/** Environments that an entry may have a value for: the CRD\'s limit. */
export const MAX_ENVIRONMENTS = 16;
/** Most labels, and most annotations, of one Secret. */
export const MAX_LABELS = 64;
/** Longest value of a label, in characters. */
export const MAX_LABEL_CHARACTERS = 63;
/** Longest value of an annotation, in characters. */
export const MAX_ANNOTATION_CHARACTERS = 65_536;
