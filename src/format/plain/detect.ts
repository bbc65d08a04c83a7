/** What kind of text a file is, by its name first and by its first line only where the name says nothing. */

/** manifests: YAML or JSON documents. dotenv: KEY=value lines. */
export type InputFormat = "manifests" | "dotenv";

const MANIFEST_NAME = /\.(?:ya?ml|json)$/i;
const DOTENV_NAME = /(?:^|[/\\])\.env(?:\.[^/\\]*)?$|\.env$/i;

/** True for names that a walk through a directory takes for manifests. */
export function isManifestPath(path: string): boolean {
  return MANIFEST_NAME.test(path);
}

/** The format, or undefined where only the user can say. */
export function detectFormat(path: string, text: string): InputFormat | undefined {
  if (MANIFEST_NAME.test(path)) return "manifests";
  if (DOTENV_NAME.test(path)) return "dotenv";
  const first = text.split("\n").find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? "";
  if (/^(?:\s*[{[]|---|%YAML|[\w"'][\w"'./-]*:(?:\s|$))/.test(first)) return "manifests";
  if (/^(?:export\s+)?[A-Za-z_][\w.-]*\s*=/.test(first)) return "dotenv";
  return undefined;
}
