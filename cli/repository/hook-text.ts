/** The text of hooks: the lines of lacre in a hook of somebody, and whether others call lacre in their own words. */

/** The hooks that can judge: what a commit brings, what a merge without conflicts brings, what a push brings. */
export const HOOKS = ["pre-commit", "pre-merge-commit", "pre-push"] as const;
export type Hook = (typeof HOOKS)[number];

/** The script that hooks call, in the directory that all work trees of a repository share. */
export const HOOK_SCRIPT = "lacre-hook";

const START = "# >>> lacre: kept by lacre init >>>";
const END = "# <<< lacre <<<";
const SHELLS =
  /^#![ \t]*(?:\/usr\/bin\/env[ \t]+(?:-S[ \t]+)?)?(?:\/[\w./+-]*\/)?(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:[ \t]|\r?\n|$)/;

/** How any shell calls the script: the same in each clone, so that it can be committed. */
export function hookCall(hook: Hook): string {
  return `/bin/sh "$(git rev-parse --git-common-dir)/${HOOK_SCRIPT}" ${hook}`;
}

/** In a hook of this clone. What comes after a pre-push gets what Git hands over as if we had not read it. */
function block(hook: Hook): string {
  const lines =
    hook === "pre-push"
      ? [
          "lacre_pushed=$(cat)",
          `printf '%s\\n' "$lacre_pushed" | ${hookCall(hook)} || exit $?`,
          '[ -z "$lacre_pushed" ] || exec <<LACRE_PUSHED\n$lacre_pushed\nLACRE_PUSHED',
        ]
      : [`${hookCall(hook)} || exit $?`];
  return `${START}\n${lines.join("\n")}\n${END}\n`;
}

/** True for a hook that begins as a shell's, or without saying what it is. */
export function isShell(text: string): boolean {
  return text.includes("\0") ? false : !text.startsWith("#!") || SHELLS.test(text);
}

/** True where lines of ours begin and do not end, or the other way round: what lies between them is not ours to judge. */
export function isDamaged(text: string): boolean {
  const marks = text.split("\n").filter((line) => line === START || line === END);
  return marks.length % 2 === 1 || marks.some((line, at) => line !== (at % 2 === 0 ? START : END));
}

/** True when the hook has our lines as they are written now. */
export function hasBlock(text: string, hook: Hook): boolean {
  return text.includes(block(hook));
}

/** The text without our lines. */
export function withoutBlock(text: string): string {
  return text.replace(new RegExp(`^${START}\\n[\\s\\S]*?^${END}(?:\\n|$)`, "gm"), "");
}

/** True where our lines were all that there was. */
export function isEmptyHook(text: string): boolean {
  return /^(?:#![^\n]*\n?)?\s*$/.test(text);
}

/** The text with our lines first, so that an `exit` or `exec` of the hook that was there does not skip them. */
export function withBlock(text: string, hook: Hook): string {
  const rest = withoutBlock(text);
  const end = rest.startsWith("#!") ? `${rest}\n`.indexOf("\n") + 1 : 0;
  const first = end === 0 ? "#!/bin/sh\n" : `${rest.slice(0, end).trimEnd()}\n`;
  return first + block(hook) + rest.slice(end);
}

/** The first line, no comment, that calls lacre for this hook; in the words of others. */
export function callIn(text: string, hook: Hook): string | undefined {
  const wanted = [
    new RegExp(`\\b${HOOK_SCRIPT}\\b.*(?<![\\w-])${hook}(?![\\w-])`),
    /\blacre\b.*\bverify\b|\blacre-verify\b/,
  ];
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find((line) => !/^(?:#|\/\/|;)/.test(line) && wanted.some((one) => one.test(line)));
}
