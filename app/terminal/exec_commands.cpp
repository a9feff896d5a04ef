// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/exec_job.h"
#include "app/terminal/terminal.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct ExecOptions {
    std::string experiment;
    std::string runName;
    std::vector<std::string> command;
};

void exec(Terminal &terminal, const ExecOptions &options)
{
    terminal.failureCode = ExecJob::kOurFailure; // every other code is the command's own
    ExecSpec spec{
        QString::fromStdString(options.experiment), QString::fromStdString(options.runName), {}};
    for (const std::string &word : options.command)
        spec.command << QString::fromLocal8Bit(word.data(), static_cast<qsizetype>(word.size()));
    terminal.offline([&terminal, spec](Session &session) {
        auto *job = new ExecJob(terminal, session, spec);
        job->start();
    });
}

} // namespace

void addExecCommands(CLI::App &app, Terminal &terminal)
{
    auto options = std::make_shared<ExecOptions>();
    CLI::App *command = app.add_subcommand(
        "exec", "Run any command under a run: signalboxctl exec -e EXP -- python train.py");
    command->add_option("-e,--experiment", options->experiment, "Experiment name")->required();
    command->add_option("--run-name", options->runName, "Name of the run");
    command->add_option("COMMAND", options->command, "The command and its arguments, behind --")
        ->required();
    command->callback([&terminal, options] {
        terminal.command = [&terminal, options] { exec(terminal, *options); };
    });
}

} // namespace signalbox
