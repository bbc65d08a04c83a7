/** `lacre completion`: scripts made from the command tree itself, so that they never lag behind it. */
import type { Command } from "commander";
import { LacreError } from "../../src/errors.ts";
import type { CommandContext } from "../context.ts";

type Choices = { readonly flags: readonly string[]; readonly choices: readonly string[] };

type Words = {
  readonly path: string;
  readonly commands: readonly (readonly [string, string])[];
  readonly options: readonly (readonly [string, string])[];
  /** What may follow an option, or stand in an argument's place. */
  readonly choices: readonly Choices[];
};

/** Prints the script for a shell. */
export async function completion(context: CommandContext, program: Command, shell: string): Promise<void> {
  const tree = collect(program, "");
  switch (shell) {
    case "bash":
      return context.print(bash(tree));
    case "zsh":
      return context.print(zsh(tree));
    case "fish":
      return context.print(fish(tree));
    default:
      throw new LacreError("USAGE", `there is no completion for ${JSON.stringify(shell)}`, {
        hint: "there is one for bash, zsh and fish",
      });
  }
}

/** Every command with the words that may follow it. */
function collect(command: Command, path: string): readonly Words[] {
  const commands = command.commands.map((child) => [child.name(), child.description()] as const);
  const options = command.options.flatMap(({ long, description }) => (long ? [[long, description] as const] : []));
  const choices = command.options.flatMap(({ short, long, argChoices }) =>
    argChoices === undefined ? [] : [{ flags: [short, long].filter((flag) => flag != null), choices: argChoices }],
  );
  const own = { path, commands, options: [...options, ["--help", "show help"] as const], choices };
  return [own, ...command.commands.flatMap((child) => collect(child, `${path} ${child.name()}`.trim()))];
}

const first = ([word]: readonly [string, string]): string => word;

/** The commands that words lead to, as a pattern of paths with a slash between their words. */
function slashed({ path }: Words): string {
  return path.replaceAll(" ", "/");
}

/** The lines of `case`, by path: what the words before lead to, and the word before alone. */
function cases(tree: readonly Words[]): string {
  return tree
    .flatMap((words) => [
      ...words.choices.map(
        ({ flags, choices }) =>
          `    ${flags.map((flag) => `"${slashed(words)} ${flag}"`).join("|")}) offered="${choices.join(" ")}" ;;`,
      ),
      `    "${slashed(words)} "*) offered="${words.commands.map(first).join(" ")}"; options="${words.options.map(first).join(" ")}" ;;`,
    ])
    .join("\n");
}

/** Shell code that both shells read alike: the place in the tree, and what may come there. $1: the words before. */
function lookUp(tree: readonly Words[]): string {
  const known = tree
    .map(slashed)
    .filter((one) => one !== "")
    .join(" ");
  return `  for word in "$@"; do
    case "$word" in
      -*|*" "*) ;;
      *) case " ${known} " in *" \${place:+$place/}$word "*) place="\${place:+$place/}$word" ;; esac ;;
    esac
  done
  case "$place $word" in
${cases(tree)}
  esac`;
}

function bash(tree: readonly Words[]): string {
  return `# bash completion for lacre: eval "$(lacre completion bash)"
_lacre_words() {
${lookUp(tree)}
}
_lacre() {
  local place="" word="" offered="" options="" current="\${COMP_WORDS[COMP_CWORD]}"
  _lacre_words "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  case "$current" in -*) offered="$options" ;; esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _lacre lacre
`;
}

function zsh(tree: readonly Words[]): string {
  return `#compdef lacre
# zsh completion for lacre: eval "$(lacre completion zsh)"
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
_lacre_words() {
${lookUp(tree)}
}
_lacre() {
  local place="" word="" offered="" options="" current="\${words[CURRENT]}"
  local -a before=("\${(@)words[2,CURRENT-1]}")
  _lacre_words "\${before[@]}"
  case "$current" in -*) offered="$options" ;; esac
  if [[ -n "$offered" ]]; then compadd -- \${=offered}; else _files; fi
}
compdef _lacre lacre
`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

function fish(tree: readonly Words[]): string {
  const lines = tree.flatMap(({ path, commands, options, choices }) => {
    const seen = path.split(" ").filter((word) => word !== "");
    const here = seen.map((word) => `__fish_seen_subcommand_from ${word}`);
    const none = commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.map(first).join(" ")}`];
    const condition = [...here, ...none].join("; and ") || "true";
    const line = (rest: string) => `complete -c lacre -n ${quoted(condition)} ${rest}`;
    return [
      ...commands.map(([word, description]) => line(`-f -a ${word} -d ${quoted(description)}`)),
      ...options.map(([long, description]) => {
        const offered = choices.find(({ flags }) => flags.includes(long));
        const values = offered === undefined ? "" : ` -x -a ${quoted(offered.choices.join(" "))}`;
        return line(`-l ${long.slice(2)}${values} -d ${quoted(description)}`);
      }),
    ];
  });
  return `# fish completion for lacre: lacre completion fish | source\n${lines.join("\n")}\n`;
}
