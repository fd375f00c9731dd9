import type { Command, Option } from "commander";

/** A command as completion sees it: its path below the program, what follows it, and its options. */
interface Node {
  path: string[];
  /** Subcommands, and arguments of which all values are known. */
  subcommands: { name: string; description: string }[];
  options: { names: string[]; description: string; choices: string[]; takesValue: boolean }[];
}

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** A completion script that names every subcommand and option of the tree. */
export function completionScript(shell: Shell, program: Command): string {
  const nodes = walk(program, []);
  if (shell === "bash") return bashScript(program.name(), nodes);
  return shell === "zsh" ? zshScript(program.name(), nodes) : fishScript(program.name(), nodes);
}

function walk(command: Command, path: string[]): Node[] {
  const help = command.createHelp();
  const node: Node = {
    path,
    subcommands: [
      ...help.visibleCommands(command).map((child) => ({ name: child.name(), description: child.description() })),
      ...command.registeredArguments.flatMap(({ argChoices, description }) =>
        (argChoices ?? []).map((name) => ({ name, description })),
      ),
    ],
    options: help.visibleOptions(command).map(toOption),
  };
  return [node, ...command.commands.flatMap((child) => walk(child, [...path, child.name()]))];
}

function toOption(option: Option) {
  const names = [option.long, option.short].filter((name) => typeof name === "string");
  const choices = option.argChoices ?? [];
  return { names, description: option.description, choices, takesValue: option.required || option.optional };
}

/** Words before the cursor that are neither options nor their values make the path. */
function bashScript(name: string, nodes: readonly Node[]): string {
  const cases = nodes.map((node) => {
    const words = [...node.subcommands.map((each) => each.name), ...node.options.flatMap((each) => each.names)];
    return `    ${quote(node.path.join(" "))}) words=${quote(words.join(" "))} ;;`;
  });
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(" ")));
  const choices = uniqueChoices(nodes).map(
    ([names, values]) => `    ${names.join("|")}) words=${quote(values.join(" "))} ;;`,
  );
  return `# bash completion of ${name}; load it with: source <(${name} completion bash)
_claude_sessions() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" index candidate
  for ((index = 1; index < COMP_CWORD; index++)); do
    candidate="\${path:+$path }\${COMP_WORDS[index]}"
    case "$candidate" in
      ${paths.join("|")}) path="$candidate" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  case "$previous" in
${choices.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _claude_sessions ${name}
`;
}

function zshScript(name: string, nodes: readonly Node[]): string {
  const cases = nodes.map((node) => {
    const words = [
      ...node.subcommands.map((each) => zshWord(each.name, each.description)),
      ...node.options.flatMap((each) => each.names.map((option) => zshWord(option, each.description))),
    ];
    return `    ${quote(node.path.join(" "))}) candidates=(${words.join(" ")}) ;;`;
  });
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(" ")));
  const choices = uniqueChoices(nodes).map(
    ([names, values]) => `    ${names.join("|")}) candidates=(${values.map(quote).join(" ")}) ;;`,
  );
  return `#compdef ${name}
# zsh completion of ${name}; load it with: source <(${name} completion zsh)
_claude_sessions() {
  local where="" candidate index
  local -a given candidates
  given=("\${(@)words[2,CURRENT-1]}")
  local previous="\${words[CURRENT-1]}"
  candidates=()
  for candidate in "\${given[@]}"; do
    candidate="\${where:+$where }$candidate"
    case "$candidate" in
      ${paths.join("|")}) where="$candidate" ;;
    esac
  done
  case "$where" in
${cases.join("\n")}
  esac
  case "$previous" in
${choices.join("\n")}
  esac
  _describe '${name}' candidates || _files
}
compdef _claude_sessions ${name}
`;
}

function fishScript(name: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap((node) => {
    const condition = `__claude_sessions_at ${quote(node.path.join(" "))}`;
    const start = `complete -c ${name} -n ${quote(condition)}`;
    return [
      ...node.subcommands.map((each) => `${start} -f -a ${quote(each.name)} -d ${quote(each.description)}`),
      ...node.options.map((each) => {
        const names = each.names.map((option) =>
          option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`,
        );
        const values =
          each.choices.length > 0 ? ` -x -a ${quote(each.choices.join(" "))}` : each.takesValue ? " -r" : "";
        return `${start} ${names.join(" ")}${values} -d ${quote(each.description)}`;
      }),
    ];
  });
  const paths = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quote(path.join(" ")));
  return `# fish completion of ${name}; load it with: ${name} completion fish | source
function __claude_sessions_at
  set -l where
  for word in (commandline -opc)[2..-1]
    set -l candidate (string trim -- "$where $word")
    if contains -- "$candidate" ${paths.join(" ")}
      set where $candidate
    end
  end
  test "$where" = "$argv[1]"
end
${lines.join("\n")}
`;
}

/** Options whose values are known, by their values; the same wherever the option stands. */
function uniqueChoices(nodes: readonly Node[]): [string[], string[]][] {
  const found = new Map<string, string[]>();
  for (const { names, choices } of nodes.flatMap(({ options }) => options)) {
    if (choices.length > 0) found.set(names.join("|"), choices);
  }
  return [...found].map(([names, choices]) => [names.split("|"), choices]);
}

function zshWord(name: string, description: string): string {
  return quote(`${name.replaceAll(":", "\\:")}:${description}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
