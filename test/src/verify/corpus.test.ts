/** The sample of labelled files that lies beside the repository, judged by file: what must be found, and what must not. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { verify } from "../../../src/verify/index.ts";

const CORPUS = path.join(import.meta.dirname, "../../../../shared/corpus");
const sha256 = (message: Uint8Array) => new Uint8Array(createHash("sha256").update(message).digest());

/** Paths with a finding; each numbered directory is the root of a repository of its own. */
function foundIn(group: string): Set<string> {
  const found = new Set<string>();
  for (const id of fs.readdirSync(path.join(CORPUS, group))) {
    const root = path.join(CORPUS, group, id);
    const files = fs
      .readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => ({ path: path.relative(root, file), bytes: fs.readFileSync(file) }));
    for (const finding of verify(files, { sha256 })) found.add(`${group}/${id}/${finding.path}`);
  }
  return found;
}

it("every secret file of the sample is found, and no clean one", () => {
  if (!fs.existsSync(CORPUS)) {
    console.warn("not run: the corpus does not lie beside this repository");
    return;
  }
  const rows = fs.readFileSync(path.join(CORPUS, "manifest.tsv"), "utf8").trim().split("\n").slice(1);
  const labels = rows.map((row) => row.split("\t")).filter(([, label]) => label !== "unscored");
  const found = new Set([...foundIn("plain"), ...foundIn("clean")]);
  const wrong = labels.filter(([file = "", label]) => found.has(file) !== (label === "secret"));
  expect(wrong).toEqual([]);
});
