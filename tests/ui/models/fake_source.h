// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/runs_api.h"

#include <vector>

namespace signalbox::testing {

//! Hands out open promises; the test answers them when and how it likes.
template <typename T, typename Query> class FakeSource final {
public:
    struct Asked {
        Query query;
        Promise<T> promise;
    };
    Call<T> operator()(const Query &query)
    {
        asked.push_back({query, {}});
        return asked.back().promise.call();
    }
    void answer(size_t index, const T &value) { asked.at(index).promise.resolve(value); }
    void fail(size_t index, ErrorKind kind, const QString &message)
    {
        asked.at(index).promise.resolve(Failure(kind, message));
    }
    std::vector<Asked> asked;
};

inline mlflow::Run makeRun(int number, mlflow::RunStatus status = mlflow::RunStatus::Finished)
{
    mlflow::Run run;
    run.info.id = RunId(QStringLiteral("run%1").arg(number));
    run.info.name = QStringLiteral("name-%1").arg(number);
    run.info.status = status;
    run.info.startTime = 1'700'000'000'000 + number;
    if (status != mlflow::RunStatus::Running)
        run.info.endTime = run.info.startTime + 61'000;
    mlflow::Metric auc;
    auc.key = QStringLiteral("test_roc_auc");
    auc.value = 0.9 + number * 0.0001;
    run.metrics = {auc};
    run.params = {{QStringLiteral("algorithm"), QStringLiteral("xgboost")},
        {QStringLiteral("depth"), QString::number(number % 3 + 4)}};
    run.tags = {{QStringLiteral("team"), QStringLiteral("growth")},
        {QStringLiteral("mlflow.user"), QStringLiteral("ana")}};
    return run;
}

inline mlflow::Page<mlflow::Run> makePage(int from, int count, const QString &next = {})
{
    mlflow::Page<mlflow::Run> page;
    for (int i = from; i < from + count; ++i)
        page.items.append(makeRun(i));
    page.nextToken = next;
    return page;
}

} // namespace signalbox::testing
