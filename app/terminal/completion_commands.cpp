// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

#include <map>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! What may follow each chain of commands ("runs list"), as CLI11 knows it.
using WordsByPath = std::map<std::string, std::vector<std::string>>;

void collect(const CLI::App &app, const std::string &path, WordsByPath &words)
{
    std::vector<std::string> &here = words[path];
    for (const CLI::App *command : app.get_subcommands({})) {
        here.push_back(command->get_name());
        collect(
            *command, path.empty() ? command->get_name() : path + ' ' + command->get_name(), words);
    }
    for (const CLI::Option *option : app.get_options({})) {
        for (const std::string &name : option->get_lnames())
            here.push_back("--" + name);
    }
}

std::string joined(const std::vector<std::string> &words)
{
    std::string line;
    for (const std::string &word : words)
        line += (line.empty() ? "" : " ") + word;
    return line;
}

//! Both bash and zsh read this; "." stands for no command yet.
std::string table(const WordsByPath &words, const std::string &everywhere)
{
    std::string script = "typeset -gA _signalboxctl_words=(\n";
    for (const auto &[path, list] : words)
        script += "  '" + (path.empty() ? std::string(".") : path) + "' '" + joined(list) + "'\n";
    return script + ")\n_signalboxctl_everywhere='" + everywhere + "'\n";
}

constexpr char kBash[] = R"(_signalboxctl() {
  local word next at= known
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [ "$word" = -- ] && return
    next="${at:+$at }$word"
    [ -n "${_signalboxctl_words[$next]+x}" ] && at=$next
  done
  known=${_signalboxctl_words[${at:-.}]}
  [ -n "$at" ] && known="$known $_signalboxctl_everywhere"
  mapfile -t COMPREPLY < <(compgen -W "$known" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _signalboxctl signalboxctl
)";

constexpr char kZsh[] = R"(_signalboxctl() {
  local word next at=
  for word in ${words[2,CURRENT-1]}; do
    [[ $word == -- ]] && { _files; return }
    next=${at:+$at }$word
    (( ${+_signalboxctl_words[$next]} )) && at=$next
  done
  compadd -- ${=_signalboxctl_words[${at:-.}]}
  [[ -n $at ]] && compadd -- ${=_signalboxctl_everywhere}
  _files
}
compdef _signalboxctl signalboxctl
)";

constexpr char kFish[] = R"(function __signalboxctl_at
  set -l path
  for word in (commandline -opc)[2..]
    test "$word" = --; and return 1
    set -l next (string join -- ' ' $path $word)
    contains -- "$next" $__signalboxctl_paths; and set path $next
  end
  test "$path" = "$argv[1]"
end
)";

std::string fishScript(const WordsByPath &words, const std::string &everywhere)
{
    std::string script = "set -g __signalboxctl_paths";
    for (const auto &[path, list] : words)
        script += path.empty() ? std::string() : " '" + path + "'";
    script += '\n';
    script += kFish;
    for (const auto &[path, list] : words)
        script += "complete -c signalboxctl -n '__signalboxctl_at \"" + path + "\"' -a '"
            + joined(list) + (path.empty() ? "" : ' ' + everywhere) + "'\n";
    return script;
}

void print(Terminal &terminal, const CLI::App &app, const std::string &shell)
{
    WordsByPath words;
    collect(app, {}, words);
    std::vector<std::string> global;
    for (const std::string &word : words[{}]) {
        if (word.starts_with("--"))
            global.push_back(word);
    }
    const std::string everywhere = joined(global);
    const std::string script = shell == "fish"
        ? fishScript(words, everywhere)
        : table(words, everywhere) + (shell == "zsh" ? kZsh : kBash);
    const QString text = QString::fromStdString(script);
    if (terminal.out.json)
        terminal.out.document({{u"shell"_s, QString::fromStdString(shell)}, {u"script"_s, text}});
    else
        terminal.out.text(text);
    terminal.succeed();
}

} // namespace

void addCompletionCommands(CLI::App &app, Terminal &terminal)
{
    const auto shell = std::make_shared<std::string>();
    CLI::App *command = app.add_subcommand("completion",
        "A script that completes the words of this program: source <(signalboxctl completion "
        "bash)");
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&app, &terminal, shell] {
        terminal.command = [&app, &terminal, shell] { print(terminal, app, *shell); };
    });
}

} // namespace signalbox
