// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/artifact_fetch.h"
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/terminal.h"

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct ArtifactOptions {
    std::string owner;
    std::string path;
    std::string destination;
    [[nodiscard]] QString ownerId() const { return QString::fromStdString(owner); }
};
using OptionsPtr = std::shared_ptr<ArtifactOptions>;
using Files = QList<mlflow::FileInfo>;

//! Without the slashes that people add to folders.
QString cleaned(const std::string &path)
{
    return QString::fromStdString(path).split(u'/', Qt::SkipEmptyParts).join(u'/');
}

void show(Terminal &terminal, const Files &files)
{
    if (terminal.out.json) {
        QJsonArray items;
        for (const mlflow::FileInfo &file : files)
            items.append(toJson(file));
        terminal.out.document({{u"files"_s, items}});
    } else {
        QList<QStringList> rows;
        for (const mlflow::FileInfo &file : files)
            rows.append({file.size < 0 ? QString() : QString::number(file.size),
                file.isDirectory ? QString(file.path % u'/') : file.path});
        terminal.out.table({u"SIZE"_s, u"PATH"_s}, rows, {0});
    }
    terminal.succeed();
}

void list(Terminal &terminal, Session &session, const OptionsPtr &options)
{
    mlflow::Server &server = session.server();
    const auto files = findOwner(server, options->ownerId())
                           .andThen(&session, [&server, options](const ArtifactOwner &owner) {
                               return listArtifacts(server, owner, cleaned(options->path));
                           });
    terminal.await(files, [&terminal](const Files &found) { show(terminal, found); });
}

void get(Terminal &terminal, Session &session, const OptionsPtr &options)
{
    mlflow::Server &server = session.server();
    const QString destination =
        options->destination.empty() ? u"."_s : QString::fromStdString(options->destination);
    const auto files =
        findOwner(server, options->ownerId())
            .andThen(&session, [&, options, destination](const ArtifactOwner &owner) {
                auto *fetch = new ArtifactFetch(server, owner, destination, &session);
                QObject::connect(fetch, &ArtifactFetch::progress, &terminal,
                    [&terminal](const QString &s) { terminal.out.progress(s); });
                return fetch->start(cleaned(options->path));
            });
    terminal.await(files, [&terminal](const Files &done) { show(terminal, done); });
}

//! Local files and what they are called in the run.
Result<Files> localFiles(const QString &source, const QString &folder)
{
    const QFileInfo info(source);
    if (!info.exists())
        return Failure(ErrorKind::InvalidInput, u"There is no file %1."_s.arg(source),
            u"Name a file or folder of this machine. Nothing was sent."_s);
    const QString prefix = folder.isEmpty() ? QString() : QString(folder % u'/');
    if (info.isFile())
        return Files{{prefix % info.fileName(), false, info.size()}};
    Files files;
    const QDir root(source);
    QDirIterator walk(source, QDir::Files | QDir::Hidden | QDir::NoSymLinks,
        QDirIterator::Subdirectories); // does not follow links to folders
    while (walk.hasNext()) {
        walk.next();
        files.append(
            {prefix % root.relativeFilePath(walk.filePath()), false, walk.fileInfo().size()});
    }
    std::sort(
        files.begin(), files.end(), [](const auto &a, const auto &b) { return a.path < b.path; });
    for (const mlflow::FileInfo &file : std::as_const(files)) {
        if (const QString why = mlflow::ArtifactsApi::refusalFor(file.path); !why.isEmpty())
            return Failure(ErrorKind::InvalidInput,
                u"MLflow cannot keep a file named \"%1\": %2."_s.arg(file.path, why),
                u"Rename the file. Nothing was sent."_s);
    }
    return files;
}

Call<void> putAll(Terminal &terminal, Session &session, const OptionsPtr &options, Files rest)
{
    if (rest.isEmpty())
        return Call<void>::finished({});
    const mlflow::FileInfo file = rest.takeFirst();
    const QString source = QString::fromStdString(options->path);
    const qsizetype prefix =
        options->destination.empty() ? 0 : cleaned(options->destination).size() + 1;
    const QString local =
        QFileInfo(source).isFile() ? source : QDir(source).filePath(file.path.mid(prefix));
    terminal.out.progress(file.path);
    return session.connector()
        .putArtifact(RunId(options->ownerId()), file.path, local)
        .andThen(&session, [&terminal, &session, options, rest] {
            return putAll(terminal, session, options, rest);
        });
}

void put(Terminal &terminal, const OptionsPtr &options)
{
    const Result<Files> files =
        localFiles(QString::fromStdString(options->path), cleaned(options->destination));
    if (!files) {
        terminal.fail(files.error());
        return;
    }
    terminal.online([&terminal, options, files = files.value()](Session &session) {
        terminal.await(putAll(terminal, session, options, files),
            [&terminal, files] { show(terminal, files); });
    });
}

using Work = void (*)(Terminal &, Session &, const OptionsPtr &);

void run(CLI::App &command, Terminal &terminal, const OptionsPtr &options, Work work)
{
    command.callback([&terminal, options, work] {
        terminal.command = [&terminal, options, work] {
            terminal.read(
                [&terminal, options, work](Session &session) { work(terminal, session, options); });
        };
    });
}

} // namespace

void addArtifactCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *artifacts = app.add_subcommand("artifacts", "Files of a run or a logged model");
    artifacts->require_subcommand(1);

    auto listed = std::make_shared<ArtifactOptions>();
    CLI::App *listing = artifacts->add_subcommand("list", "One folder");
    listing->add_option("RUN", listed->owner, "Run id, or logged model id (m-...)")->required();
    listing->add_option("PATH", listed->path, "Folder");
    run(*listing, terminal, listed, list);

    auto fetched = std::make_shared<ArtifactOptions>();
    CLI::App *getting = artifacts->add_subcommand("get",
        "A file, or a folder with all below it; goes on where an "
        "earlier one was interrupted");
    getting->add_option("RUN", fetched->owner, "Run id, or logged model id (m-...)")->required();
    getting->add_option("PATH", fetched->path, "File or folder; without it everything");
    getting->add_option("DEST", fetched->destination, "Local folder; without it the current one");
    run(*getting, terminal, fetched, get);

    auto sent = std::make_shared<ArtifactOptions>();
    CLI::App *putting = artifacts->add_subcommand("put", "Stores a file or a folder in a run");
    putting->add_option("RUN", sent->owner, "Run id")->required();
    putting->add_option("PATH", sent->path, "Local file or folder")->required();
    putting->add_option("DEST", sent->destination, "Folder in the run; without it the top");
    putting->callback(
        [&terminal, sent] { terminal.command = [&terminal, sent] { put(terminal, sent); }; });
}

} // namespace signalbox
