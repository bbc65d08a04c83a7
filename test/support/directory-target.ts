/** A directory target, as a thread opens it. */
import { NO_CONSENT } from "../../controller/targets/consent.ts";
import { directoryTarget } from "../../controller/targets/directory/directory.ts";
import type { Target } from "../../controller/targets/target.ts";

/** data: the directory. */
export function open(data: unknown): Target {
  return directoryTarget(String(data), 0o400, NO_CONSENT);
}
