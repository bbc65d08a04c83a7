/** Who reads .env files. */

/** bash sources the file; node is --env-file; python is python-dotenv; kubectl is --from-env-file, and kustomize with it. */
export type EnvDialect = "bash" | "node" | "dotenv" | "dotenvx" | "python" | "compose" | "kubectl";

/** All whose reading is known. */
export const ENV_DIALECTS: readonly EnvDialect[] = [
  "bash",
  "node",
  "dotenv",
  "dotenvx",
  "python",
  "compose",
  "kubectl",
];
