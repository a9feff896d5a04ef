// SPDX-License-Identifier: Apache-2.0
#include "core/flows/history.h"

#include "core/tracking/connector.h"

#include <QtCore/QTimer>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {

constexpr auto kPatience = 5s; // a selection does not wait for an outage
constexpr int kMostRuns = 100;

Call<mlflow::Page<mlflow::Run>> trainingRuns(
    Connector &connector, const ExperimentId &experiment, const QString &problem)
{
    mlflow::RunQuery query;
    query.experimentIds = {experiment};
    query.filter = u"attributes.status = 'FINISHED' and tags.`signalbox.flow` = 'trainer'"
                   " and params.problem = '"_s
        % problem % u'\'';
    query.orderBy = {u"attributes.start_time DESC"_s};
    query.maxResults = kMostRuns;
    return connector.searchRuns(query);
}

} // namespace

QString LearnedHistory::summary() const
{
    QStringList parts;
    for (auto it = runs.cbegin(); it != runs.cend(); ++it)
        parts.append(it.key() % u" from "_s % QString::number(it.value()) % u" runs"_s);
    return parts.isEmpty() ? u"default history"_s : QString(u"history: "_s % parts.join(u", "_s));
}

LearnedHistory learnFrom(const QList<mlflow::Run> &runs, const QString &problem)
{
    LearnedHistory history;
    history.values = defaultHistory(problem);
    QMap<QString, double> sums;
    for (const mlflow::Run &run : runs) {
        const Result<Candidate> candidate = candidateNamed(run.param(u"algorithm"_s));
        const std::optional<double> value = run.metric(primaryMetric(problem));
        if (!candidate || !value || !(*value == *value))
            continue;
        sums[candidate->name] += std::clamp(*value, 0.0, 1.0);
        ++history.runs[candidate->name];
    }
    for (auto it = sums.cbegin(); it != sums.cend(); ++it)
        history.values.insert(it.key(), it.value() / history.runs.value(it.key()));
    return history;
}

Call<LearnedHistory> loadHistory(
    Connector &connector, QObject *context, const QString &experiment, const QString &problem)
{
    const auto runs = connector.server()
                          .experiments.getByName(experiment)
                          .andThen(context, [&connector, problem](const mlflow::Experiment &found) {
                              return trainingRuns(connector, found.id, problem);
                          });
    Promise<LearnedHistory> promise;
    promise.onCancel([runs] { runs.cancel(); });
    QTimer::singleShot(kPatience, context, [runs] { runs.cancel(); });
    runs.then(context, [promise, problem](const Result<mlflow::Page<mlflow::Run>> &page) {
        promise.resolve(learnFrom(page ? page->items : QList<mlflow::Run>(), problem));
    });
    return promise.call();
}

} // namespace signalbox
