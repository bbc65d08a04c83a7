/**
 * What can be sealed, a row each. Whatever asks about a format reads its row: the choices and hints of the command line, the
 * detection, and what turns a text into Secrets. Rows are light: the command line has them in hand before it reads any file.
 */
import type { EnvDialect } from "../../model/env-dialect.ts";
import type { Source } from "../yaml/source.ts";
import { readDotenv } from "./dotenv.ts";

/** manifests: YAML or JSON documents. dotenv: KEY=value lines. */
export type InputFormat = "manifests" | "dotenv";

/**
 * One format. objects: documents that say themselves which Secret they are, each sealed in its place. values: those of one
 * Secret, which whoever seals has to name; `read` throws SECRET_INVALID with the place of the mistake.
 */
export type PlainFormat = {
  /** One of them, in a sentence. */
  readonly noun: string;
  /** What their files are called in a list. */
  readonly files: readonly string[];
  /** Paths that leave no doubt. */
  readonly path: RegExp;
  /** The first line that is neither blank nor a comment, where the path says nothing. */
  readonly firstLine: RegExp;
} & (
  | { readonly holds: "objects" }
  | { readonly holds: "values"; readonly read: (source: Source, dialect?: EnvDialect) => Map<string, Uint8Array> }
);

/** Every format. Where two could be meant, the first one is. */
export const PLAIN_FORMATS: Readonly<Record<InputFormat, PlainFormat>> = {
  manifests: {
    noun: "YAML or JSON manifests",
    files: ["YAML", "JSON"],
    path: /\.(?:ya?ml|json)$/i,
    firstLine: /^(?:\s*[{[]|---|%YAML|[\w"'][\w"'./-]*:(?:\s|$))/,
    holds: "objects",
  },
  dotenv: {
    noun: "a .env file",
    files: [".env"],
    path: /(?:^|[/\\])\.env(?:\.[^/\\]*)?$|\.env$/i,
    firstLine: /^(?:export\s+)?[A-Za-z_][\w.-]*\s*=/,
    holds: "values",
    read: readDotenv,
  },
};

/** Their names. */
export const INPUT_FORMATS: readonly InputFormat[] = Object.keys(PLAIN_FORMATS) as InputFormat[];

/** True for names that a walk through a directory takes for manifests. */
export function isManifestPath(path: string): boolean {
  return PLAIN_FORMATS.manifests.path.test(path);
}

/** The format, by the path first and by the text only where the path says nothing; undefined where only the user can say. */
export function detectFormat(path: string, text: string): InputFormat | undefined {
  const named = INPUT_FORMATS.find((format) => PLAIN_FORMATS[format].path.test(path));
  if (named !== undefined) return named;
  const first = text.split("\n").find((line) => line.trim() !== "" && !line.trimStart().startsWith("#")) ?? "";
  return INPUT_FORMATS.find((format) => PLAIN_FORMATS[format].firstLine.test(first));
}
