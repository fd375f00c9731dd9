import { Argument, type Command } from "commander";
import type { Cli } from "../cli.js";
import { shells, type Shell } from "../completion.js";

export function registerCompletion(program: Command, cli: Cli): void {
  program
    .command("completion")
    .description("print a script that completes commands and options in your shell")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .addHelpText(
      "after",
      `
Examples:
  source <(claude-sessions completion bash)      in ~/.bashrc
  source <(claude-sessions completion zsh)       in ~/.zshrc, behind compinit
  claude-sessions completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../completion.js");
      await cli.out.write(completionScript(shell, program));
    });
}
