/** `lacre verify`: what would be committed, or what is in the work tree, judged without any key. */
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { type Finding, LacreError, verifyFile } from "../../src/index.ts";
import type { CommandContext } from "../context.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit-codes.ts";
import { readInput } from "../io/files.ts";
import { git, workTreeRoot } from "../io/git.ts";
import { expandInputs } from "../io/inputs.ts";

type VerifyOptions = { readonly staged?: boolean; readonly json?: boolean };
type Content = { readonly path: string; readonly read: () => Uint8Array | Promise<Uint8Array> };

/** The exit status: 0 clean, 3 findings, 1 when something could not be read. */
export async function verifyPaths(
  context: CommandContext,
  paths: readonly string[],
  options: VerifyOptions,
): Promise<number> {
  const contents = options.staged === true ? stagedContents(context, paths) : await workTreeContents(context, paths);
  const { sha256 } = await context.engine();
  const findings: Finding[] = [];
  for (const content of contents) findings.push(...verifyFile(sha256, content.path, await content.read()));
  if (options.json === true)
    await context.print(`${JSON.stringify({ scanned: contents.length, findings }, null, 2)}\n`);
  else await context.print(findings.map(describe).join("") + summary(contents.length, findings));
  if (findings.some(({ rule }) => rule === "unreadable")) return EXIT.failed;
  return findings.length > 0 ? EXIT.found : EXIT.fine;
}

function describe({ path: file, line, rule, message, fix }: Finding): string {
  return `${file}:${line}: ${rule}: ${message}\n  fix: ${fix}\n`;
}

function summary(scanned: number, findings: readonly Finding[]): string {
  if (scanned === 0) return "nothing was scanned: there is no file to look at\n";
  if (findings.length > 0) return `${counted(findings.length, "finding")} in ${counted(scanned, "file")}\n`;
  return `clean: ${counted(scanned, "file")}; that a token opens cannot be known without its key\n`;
}

async function workTreeContents(context: CommandContext, paths: readonly string[]): Promise<readonly Content[]> {
  const root = workTreeRoot(context.cwd);
  const files =
    paths.length > 0 || root === undefined
      ? (await expandInputs(context, paths.length > 0 ? paths : ["."])).map(({ shown }) => shown)
      : listed(git(root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).stdout).map((file) =>
          path.relative(context.cwd, path.join(root, file)),
        );
  return files.map((file) => ({ path: file, read: () => readInput(context, file) }));
}

function listed(nulSeparated: string): readonly string[] {
  return nulSeparated.split("\0").filter((file) => file !== "");
}

/** Whole blobs from the index, never the work tree: that is what a commit would hold. */
function stagedContents(context: CommandContext, paths: readonly string[]): readonly Content[] {
  const root = workTreeRoot(context.cwd);
  if (root === undefined) {
    throw new LacreError("GIT_FAILED", "--staged needs a Git repository", {
      hint: "run it inside one, or name paths instead",
    });
  }
  const args = ["diff", "--cached", "--name-only", "--no-renames", "--diff-filter=ACMT", "-z", "--", ...paths];
  return listed(git(context.cwd, ["--literal-pathspecs", ...args]).stdout).map((file) => ({
    path: file,
    read: () => {
      const { status, stdout } = spawnSync("git", ["cat-file", "blob", `:${file}`], { cwd: root, maxBuffer: 1 << 30 });
      if (status === 0) return stdout;
      throw new LacreError("GIT_FAILED", `${file} cannot be read from the index`, {
        hint: "git status says what is staged",
      });
    },
  }));
}
