/** Every hash and key derivation of format 1 begins with this label, so that none can be confused with another's. */
export const LABEL = "lacre/v1/";
