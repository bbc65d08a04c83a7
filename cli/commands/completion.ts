/** `lacre completion`: scripts made from the command tree itself, so that they never lag behind it. */
import type { Command } from "commander";
import { LacreError } from "../../src/errors.ts";
import type { CommandContext } from "../context.ts";

type Words = {
  readonly path: string;
  readonly words: readonly string[];
  readonly described: readonly (readonly [string, string])[];
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
  const described = [...commands, ...options, ["--help", "show help"] as const];
  const own = { path, words: described.map(([word]) => word), described };
  return [own, ...command.commands.flatMap((child) => collect(child, `${path} ${child.name()}`.trim()))];
}

function bash(tree: readonly Words[]): string {
  const cases = tree.map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`).join("\n");
  return `# bash completion for lacre: eval "$(lacre completion bash)"
_lacre() {
  local path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${tree.map(({ path }) => path.replace(" ", "/")).join(" ")} " in
      *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;;
    esac ;; esac
  done
  case "\${path//\\// }" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _lacre lacre
`;
}

function zsh(tree: readonly Words[]): string {
  return `#compdef lacre
# zsh completion for lacre: eval "$(lacre completion zsh)"
autoload -U +X bashcompinit && bashcompinit
${bash(tree)}`;
}

function fish(tree: readonly Words[]): string {
  const lines = tree.flatMap(({ path, described }) => {
    const condition = path === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${path.split(" ").at(-1)}`;
    return described.map(([word, description]) => {
      const target = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c lacre -n '${condition}' ${target} -d '${description.replace(/'/g, "\\'")}'`;
    });
  });
  return `# fish completion for lacre: lacre completion fish | source\n${lines.join("\n")}\n`;
}
