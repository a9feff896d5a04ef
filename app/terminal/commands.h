// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace CLI {
class App;
}

namespace signalbox {

class Terminal;

// One function per group; each adds its subcommands, whose callbacks store Terminal::command.
void addStatusCommands(CLI::App &app, Terminal &terminal); //!< doctor, status, version
void addEnvironmentCommands(CLI::App &app, Terminal &terminal);
void addServerCommands(CLI::App &app, Terminal &terminal);
void addExperimentCommands(CLI::App &app, Terminal &terminal);
void addRunCommands(CLI::App &app, Terminal &terminal);
void addFlowCommands(CLI::App &app, Terminal &terminal); //!< select, train, deploy, pipeline
void addJournalCommands(CLI::App &app, Terminal &terminal);
void addProfileCommands(CLI::App &app, Terminal &terminal);
void addExecCommands(CLI::App &app, Terminal &terminal);
void addRecordCommands(CLI::App &app, Terminal &terminal);
void addModelCommands(CLI::App &app, Terminal &terminal);
void addCompletionCommands(CLI::App &app, Terminal &terminal);
void addMetricCommands(CLI::App &app, Terminal &terminal);
void addArtifactCommands(CLI::App &app, Terminal &terminal);
// Subcommands of "runs" and "models" that change something.
void addRunEditCommands(CLI::App &runs, Terminal &terminal);
void addModelEditCommands(CLI::App &models, Terminal &terminal);

} // namespace signalbox
