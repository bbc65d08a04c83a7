/** What the user has: a Secret in the clear. It exists briefly, and its values are wiped after use. */
import { wipe } from "../bytes.ts";
import { LacreError } from "../errors.ts";
import { MAX_SECRET_BYTES, MAX_VALUE_BYTES } from "./limits.ts";

/** What the Secret looks like from outside. Not secret itself. */
export type SecretShape = {
  readonly type: string;
  readonly immutable: boolean;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
};

/** A Secret with its values as bytes, in the order of the source. namespace is "" where the source names none. */
export type PlainSecret = {
  readonly namespace: string;
  readonly name: string;
  readonly shape: SecretShape;
  readonly values: ReadonlyMap<string, Uint8Array>;
};

/** The type of a Secret that names none. */
export const OPAQUE = "Opaque";

/** A Secret of type Opaque without labels or annotations. */
export const PLAIN_SHAPE: SecretShape = { type: OPAQUE, immutable: false, labels: new Map(), annotations: new Map() };

/** Overwrites all values. */
export function wipeSecret(secret: PlainSecret): void {
  wipe(...secret.values.values());
}

/** Refuses values that no controller could write: VALUE_TOO_LARGE. The message names the key, never a length. */
export function checkSizes(secret: PlainSecret): void {
  let total = 0;
  for (const [key, value] of secret.values) {
    total += value.length;
    if (value.length > MAX_VALUE_BYTES) {
      throw new LacreError("VALUE_TOO_LARGE", `the value of ${key} in Secret ${secret.name} is over 512 KiB`, {
        hint: "keep large files elsewhere and seal the key that protects them",
      });
    }
  }
  if (total > MAX_SECRET_BYTES) {
    throw new LacreError("VALUE_TOO_LARGE", `the values of Secret ${secret.name} are over 768 KiB together`, {
      hint: "split it into several Secrets: Kubernetes takes 1 MiB each",
    });
  }
}
