// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/runs_api.h"
#include "ui/models/runs_table_model.h"

#include <QtCore/QObject>
#include <QtCore/QStringList>

namespace signalbox {

/*! Counts the runs of experiments, one question at a time and never more than kPage runs each: the
 *  servers have no counter, so what does not fit on one page is only known as "at least". Stops at
 *  the first failure. Main thread. */
class RunCounter final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunCounter)

public:
    static constexpr int kPage = 100;
    static constexpr int kExperiments = 60; //!< More than a screen shows.

    using QObject::QObject;
    void setSource(FetchRuns fetch); //!< Empty stops.
    //! Experiments in the order in which they are wanted; replaces what was still to do.
    void count(const QStringList &experiments);

Q_SIGNALS:
    void counted(const QString &experiment, qint64 runs, bool atLeast);

private:
    void next();
    FetchRuns m_fetch;
    QStringList m_todo;
    ScopedCall<mlflow::Page<mlflow::Run>> m_call;
};

} // namespace signalbox
