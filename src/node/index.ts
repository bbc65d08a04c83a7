/** The library on a machine, `lacre/node`: the fast engine, key files, whole files, locks and exit statuses of lacre's own programs. */
export { loadEngine, nativeEngine } from "./engine.ts";
export { EXIT, EXIT_CODES } from "./exit-status.ts";
export type { ProcessEnvironment } from "./git-environment.ts";
export { isCommittable, type KeyFile, readKeyFile } from "./key-file.ts";
export type { Holder, Taken } from "./lock-file.ts";
export { tryPidLock } from "./pid-lock.ts";
export { type PendingFile, writeAtomic, writeNew, writeWhole } from "./write.ts";
