// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/commands.h"
#include "app/terminal/entity_json.h"
#include "app/terminal/terminal.h"
#include "core/base/downsample.h"

#include <QtCore/QJsonArray>

#include <CLI/CLI.hpp>

#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct HistoryOptions {
    std::string run;
    std::string key;
    int points = 0;
};
using Points = QList<mlflow::Metric>;

//! Those of the points that keep the line's shape; what is not finite has no place on a line.
Points sampled(const Points &all, int count)
{
    if (count <= 0 || all.size() <= count)
        return all;
    std::vector<Point> line;
    line.reserve(static_cast<std::size_t>(all.size()));
    for (qsizetype i = 0; i < all.size(); ++i)
        line.push_back({static_cast<double>(i), all.at(i).value});
    Points kept;
    for (const Point &point : downsample(line, static_cast<std::size_t>(count)))
        kept.append(all.at(std::llround(point.x)));
    return kept;
}

void show(Terminal &terminal, const Points &all, int count)
{
    const Points points = sampled(all, count);
    if (terminal.out.json) {
        QJsonArray items;
        for (const mlflow::Metric &point : points)
            items.append(pointJson(point));
        terminal.out.document({{u"points"_s, items}, {u"total"_s, all.size()}});
    } else {
        QList<QStringList> rows;
        for (const mlflow::Metric &point : points)
            rows.append({QString::number(point.step), isoTime(point.timestamp),
                QString::number(point.value, 'g', 10)});
        terminal.out.table({u"STEP"_s, u"TIME"_s, u"VALUE"_s}, rows, {0, 2});
    }
    terminal.succeed();
}

//! The server knows no missing run here: it has an empty history. So the run is asked for first.
void history(Terminal &terminal, Session &session, const HistoryOptions &options)
{
    const RunId id(QString::fromStdString(options.run));
    const QString key = QString::fromStdString(options.key);
    const auto points = session.server().runs.get(id).andThen(
        &session, [&session, id, key](const mlflow::Run &run) {
            if (run.metric(key))
                return session.server().metrics.fullHistory(id, key);
            return Call<Points>::finished(
                Failure(ErrorKind::NotFound, u"The run has no metric named \"%1\"."_s.arg(key),
                    u"'signalboxctl runs show RUN' lists its metrics."_s));
        });
    terminal.await(points,
        [&terminal, count = options.points](const Points &all) { show(terminal, all, count); });
}

} // namespace

void addMetricCommands(CLI::App &app, Terminal &terminal)
{
    CLI::App *metrics = app.add_subcommand("metrics", "Metrics of a run");
    metrics->require_subcommand(1);
    auto options = std::make_shared<HistoryOptions>();
    CLI::App *command = metrics->add_subcommand("history", "Every point of a metric");
    command->add_option("RUN", options->run, "Run id")->required();
    command->add_option("KEY", options->key, "Metric")->required();
    command->add_option("--points", options->points, "So many that keep the shape")
        ->check(CLI::Range(3, 10000000));
    command->callback([&terminal, options] {
        terminal.command = [&terminal, options] {
            terminal.read(
                [&terminal, options](Session &session) { history(terminal, session, *options); });
        };
    });
}

} // namespace signalbox
