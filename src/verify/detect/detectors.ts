/** All detectors, in the order in which they look at a text. Those with anchors share one pass, in the place of the first of them. */
import { BARE_FILES } from "./bare-files.ts";
import { CONNECTIONS } from "./connections.ts";
import type { Detector } from "./detector.ts";
import { ENCODED_TEXTS } from "./encoded-texts.ts";
import { FLAT_SOPS } from "./foreign-files.ts";
import { LOOSE_MANIFESTS } from "./loose-manifests.ts";
import { MANIFESTS } from "./manifests.ts";
import { NAMED_VALUES } from "./named-values.ts";
import { BINARY_KEYS, PRIVATE_KEYS } from "./private-keys.ts";
import { REGISTRIES } from "./registries.ts";
import { ROLED_FILES } from "./roled-files.ts";
import { SEALED_SECRETS } from "./sealed-secrets.ts";
import { TOKENS, TOKENS_NEARBY } from "./tokens.ts";
import { UNJUDGED_FILES } from "./unjudged-files.ts";
import { WRAPPED_FILES } from "./wrapped-files.ts";

/** A further one is a line here. */
export const DETECTORS: readonly Detector[] = [
  ROLED_FILES,
  UNJUDGED_FILES,
  BINARY_KEYS,
  BARE_FILES,
  REGISTRIES,
  WRAPPED_FILES,
  NAMED_VALUES,
  CONNECTIONS,
  PRIVATE_KEYS,
  ENCODED_TEXTS,
  TOKENS,
  TOKENS_NEARBY,
  FLAT_SOPS,
  MANIFESTS,
  LOOSE_MANIFESTS,
  SEALED_SECRETS,
];
