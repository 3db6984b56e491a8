internal import ArgumentParser
internal import Model

/// `bookstore completion`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print what makes a shell complete this program's commands.",
        discussion: """
            The package installs it for all three shells. Without the package:

              bookstore completion bash > ~/.local/share/bash-completion/completions/bookstore
              bookstore completion zsh  > ~/.zfunc/_bookstore
              bookstore completion fish > ~/.config/fish/completions/bookstore.fish

            For bash the folder is read by bash-completion; for zsh ~/.zfunc has to be in fpath.
            """)

    /// The shells with a completion.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Output.line(Bookstore.completionScript(for: kind))
    }
}
