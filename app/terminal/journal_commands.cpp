// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/journal_output.h"
#include "app/terminal/journal_tour.h"
#include "app/terminal/terminal.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

#include <map>
#include <memory>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr std::chrono::milliseconds kFlushLimit{60'000};
constexpr int kUsualLimit = 100;

struct JournalOptions {
    bool all = false;
    bool parked = false;
    int limit = kUsualLimit;
    std::vector<std::string> ids;
};

struct TypedEdit {
    std::vector<std::string> id; // one
    std::string key;
    std::string value;
    std::map<RegistrationField, std::string> fields;
    std::vector<std::string> tags;
    std::vector<std::string> removedTags;
};

void showStatus(Terminal &terminal, bool all)
{
    const auto seen = lookAtJournals(terminal, all, {}, 0);
    if (!seen) {
        terminal.fail(seen.error());
        return;
    }
    printStatus(terminal.out, *seen, all);
    terminal.succeed();
}

void showItems(Terminal &terminal, const JournalOptions &options)
{
    const auto seen =
        lookAtJournals(terminal, options.all, {options.parked, {}}, std::max(options.limit, 1));
    if (!seen) {
        terminal.fail(seen.error());
        return;
    }
    printItems(terminal.out, *seen);
    terminal.succeed();
}

std::chrono::milliseconds flushLimit(const Terminal &terminal)
{
    return terminal.options.timeout.count() > 0 ? terminal.options.timeout : kFlushLimit;
}

//! Something waits still: says so, and why as far as that is known.
void failFlush(Terminal &terminal, const std::optional<Error> &trouble, const QJsonObject &counts)
{
    static constexpr int kLeftOver = 3;
    Error error = trouble.value_or(
        makeError(ErrorKind::Network, u"the server did not take it within the time."_s));
    error.message = u"Not everything has reached the server: "_s % error.message;
    error.hint = error.hint % (error.hint.isEmpty() ? u""_s : u" "_s)
        % u"Nothing is lost; 'signalboxctl journal list' shows what waits."_s;
    terminal.fail(error, counts, kLeftOver);
}

void flushOne(Terminal &terminal, Session &session)
{
    terminal.await(session.connector().flush(flushLimit(terminal)),
        [&terminal, &session](const JournalStatus &status) {
            const bool isEmpty = status.isEmpty();
            if (isEmpty || !terminal.out.json)
                printCounts(terminal.out, status);
            if (isEmpty)
                terminal.succeed();
            else
                failFlush(terminal, session.connector().replayTrouble(), toJson(status));
        });
}

//! The local workspace is started, but only when something waits for it.
void flushCurrent(Terminal &terminal)
{
    terminal.offline([&terminal](Session &session) {
        if (session.connector().journalStatus().isEmpty()
            || session.origin() != ServerOrigin::LocalWorkspace)
            flushOne(terminal, session);
        else
            terminal.online([&terminal](Session &started) { flushOne(terminal, started); });
    });
}

void flushEvery(Terminal &terminal)
{
    const auto tour = std::make_shared<JournalTour>(terminal, flushLimit(terminal));
    terminal.await(tour->flush(), [&terminal, tour](const JournalStatus &left) {
        if (left.isEmpty() || !terminal.out.json)
            printStatus(terminal.out, tour->seen(), true);
        if (left.isEmpty())
            terminal.succeed();
        else
            failFlush(terminal, tour->trouble(), documentOfAll(tour->seen()));
    });
}

//! The ids as sequences, or an empty list after a usage error was reported.
QList<qint64> sequencesFrom(Terminal &terminal, const std::vector<std::string> &ids)
{
    QList<qint64> sequences;
    for (const std::string &id : ids) {
        const auto sequence = sequenceFrom(QString::fromStdString(id));
        if (!sequence) {
            terminal.fail(makeError(ErrorKind::Usage,
                u"\"%1\" is no id of a journal entry."_s.arg(QString::fromStdString(id).left(80)),
                u"'signalboxctl journal list --parked' shows them."_s));
            return {};
        }
        sequences << *sequence;
    }
    return sequences;
}

void chooseAllOrSome(Terminal &terminal, const JournalOptions &options,
    const std::function<void(Connector &)> &all,
    const std::function<void(Connector &, const QList<qint64> &)> &some)
{
    if (options.all == !options.ids.empty()) {
        terminal.fail(makeError(ErrorKind::Usage, u"Name the entries, or say --all."_s,
            u"'signalboxctl journal list --parked' shows them."_s));
        return;
    }
    const QList<qint64> sequences = sequencesFrom(terminal, options.ids);
    if (sequences.isEmpty() && !options.all)
        return;
    terminal.offline([&](Session &session) {
        if (options.all)
            all(session.connector());
        else
            some(session.connector(), sequences);
    });
}

void retry(Terminal &terminal, const JournalOptions &options)
{
    const auto said = [&terminal](qsizetype count) {
        if (terminal.out.json)
            terminal.out.document({{u"retried"_s, count}});
        else
            terminal.out.line(u"Sending again: "_s % QString::number(count));
        terminal.succeed();
    };
    chooseAllOrSome(
        terminal, options,
        [&](Connector &connector) {
            terminal.await(connector.retryAllParked(), [said](int count) { said(count); });
        },
        [&](Connector &connector, const QList<qint64> &ids) {
            terminal.await(connector.retryParked(ids), [said, n = ids.size()] { said(n); });
        });
}

void drop(Terminal &terminal, const JournalOptions &options)
{
    const auto said = [&terminal](const QList<JournalItem> &items) {
        printDropped(terminal.out, items);
        terminal.succeed();
    };
    chooseAllOrSome(
        terminal, options,
        [&](Connector &connector) { terminal.await(connector.dropAllParked(), said); },
        [&](Connector &connector, const QList<qint64> &ids) {
            terminal.await(connector.dropParked(ids), said);
        });
}

void edit(Terminal &terminal, const std::vector<std::string> &id, const ParkedEdit &change)
{
    const QList<qint64> ids = sequencesFrom(terminal, id);
    if (ids.isEmpty())
        return;
    terminal.offline([&](Session &session) {
        terminal.await(session.connector().editParked(ids.first(), change), [&, ids] {
            if (terminal.out.json)
                terminal.out.document({{u"edited"_s, idOf(ids.first())}});
            else
                terminal.out.line(u"Corrected and sent again: "_s % idOf(ids.first()));
            terminal.succeed();
        });
    });
}

//! The correction as it was typed, or why it is none.
Result<ParkedEdit> editFrom(const CLI::App &command, const TypedEdit &typed)
{
    ParkedEdit wanted;
    if (command.count("--key") > 0)
        wanted.key = QString::fromStdString(typed.key);
    if (command.count("--value") > 0)
        wanted.value = QString::fromStdString(typed.value);
    for (const auto &[field, text] : typed.fields) {
        if (command.count("--" + nameOf(field).toStdString()) > 0)
            wanted.fields.insert(field, QString::fromStdString(text));
    }
    const auto tags = tagsFrom(typed.tags);
    if (!tags)
        return tags.failure();
    wanted.setTags = tags.value();
    for (const std::string &key : typed.removedTags)
        wanted.removedTags.append(QString::fromStdString(key));
    return wanted;
}

void addEdit(CLI::App &journal, Terminal &terminal)
{
    const auto typed = std::make_shared<TypedEdit>();
    CLI::App *change = journal.add_subcommand("edit", "Correct a parked entry and send it again");
    change->add_option("id", typed->id, "As 'journal list --parked' shows it")
        ->expected(1)
        ->required();
    change->add_option("--key,--name", typed->key,
        "New name, path of a file, or experiment of a run; for a registration its name");
    change->add_option("--value", typed->value, "New value");
    const std::pair<RegistrationField, const char *> fields[] = {
        {RegistrationField::Source, "Artifact address of a version; takes the model's place"},
        {RegistrationField::Model, "Logged model of a version; takes the source's place"},
        {RegistrationField::Run, "Run that a version comes from"},
        {RegistrationField::Path, "The model's name in that run"},
        {RegistrationField::Description, "Description of a version or a registered model"}};
    for (const auto &[field, help] : fields)
        change->add_option("--" + nameOf(field).toStdString(), typed->fields[field], help);
    change->add_option("--tag", typed->tags, "KEY=VALUE of a registration, may be repeated");
    change->add_option("--remove-tag", typed->removedTags, "KEY of a tag, may be repeated");
    change->callback([&terminal, typed, change] {
        terminal.command = [&terminal, typed, wanted = editFrom(*change, *typed)] {
            if (wanted)
                edit(terminal, typed->id, wanted.value());
            else
                terminal.fail(wanted.error());
        };
    });
}

void addDecisions(CLI::App &journal, Terminal &terminal)
{
    const auto options = std::make_shared<JournalOptions>();
    CLI::App *again = journal.add_subcommand("retry", "Send parked entries again");
    again->add_option("ids", options->ids, "As 'journal list --parked' shows them");
    again->add_flag("--all", options->all, "Every parked entry");
    again->callback([&terminal, options] {
        terminal.command = [&terminal, options] { retry(terminal, *options); };
    });
    CLI::App *forget = journal.add_subcommand("drop", "Forget parked entries for good");
    forget->add_option("ids", options->ids, "As 'journal list --parked' shows them");
    forget->add_flag("--all", options->all, "Every parked entry");
    forget->callback([&terminal, options] {
        terminal.command = [&terminal, options] { drop(terminal, *options); };
    });
    addEdit(journal, terminal);
}

} // namespace

void addJournalCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *journal = app.add_subcommand("journal", "What is not on the server yet");
    journal->require_subcommand(1);
    const auto options = std::make_shared<JournalOptions>();
    CLI::App *status = journal->add_subcommand("status", "Counts; reads local files only");
    CLI::App *list = journal->add_subcommand("list", "Every entry; reads local files only");
    CLI::App *flush =
        journal->add_subcommand("flush", "Send it now; exit 3 when something is left");
    for (CLI::App *command : {status, list, flush})
        command->add_flag("--all", options->all, "Of every server, not only the current one");
    list->add_flag("--parked", options->parked, "Only what a server refused");
    list->add_option("--limit", options->limit, "Entries at most, of each server")
        ->check(CLI::Range(1, 1'000'000));
    status->callback([&terminal, options] {
        terminal.command = [&terminal, options] { showStatus(terminal, options->all); };
    });
    list->callback([&terminal, options] {
        terminal.command = [&terminal, options] { showItems(terminal, *options); };
    });
    flush->callback([&terminal, options] {
        terminal.command = [&terminal, options] {
            if (options->all)
                flushEvery(terminal);
            else
                flushCurrent(terminal);
        };
    });
    addDecisions(*journal, terminal);
}

} // namespace signalbox
