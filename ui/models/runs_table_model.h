// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/runs_api.h"
#include "ui/models/roles.h"
#include "ui/models/run_columns.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QHash>

#include <functional>
#include <vector>

namespace signalbox {

//! How a search reaches the server; Connector::searchRuns in the window, a fake in tests.
using FetchRuns = std::function<Call<mlflow::Page<mlflow::Run>>(const mlflow::RunQuery &)>;

//! What the person asked for. Filter and order are evaluated by the server.
struct RunsRequest {
    QList<ExperimentId> experiments;
    QString filter;
    RunColumn sortColumn{RunColumn::Kind::Started, {}};
    Qt::SortOrder sortOrder = Qt::DescendingOrder;
    bool deleted = false; //!< Shows the deleted runs instead.
};

/*! Runs, page by page from the server. Old rows stay until the first page of a new request is
 *  there; a late page of an older request is dropped. After a failed page the last row says why and
 *  nothing more is fetched until retry(). Main thread; owned by its page. */
class RunsTableModel final : public QAbstractTableModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunsTableModel)

public:
    enum class State : quint8 { Empty, Loading, Partial, Complete, Failed };
    Q_ENUM(State)

    explicit RunsTableModel(QObject *parent = nullptr);

    //! Without a source nothing is fetched; rows stay as they are.
    void setSource(FetchRuns fetch);
    void setPageSize(int rows) { m_pageSize = rows; }
    void load(const RunsRequest &request);
    //! The same request again; rows that did not change are not touched.
    void refresh();
    //! After a failure: the first page again, or the one that failed.
    void retry();
    void clear();

    [[nodiscard]] const RunsRequest &request() const { return m_request; }
    [[nodiscard]] State state() const { return m_state; }
    //! Rows belong to an older request, or to this one before it failed.
    [[nodiscard]] bool isStale() const { return m_stale; }
    //! Why the last fetch failed; meaningful in state Failed.
    [[nodiscard]] const Error &error() const { return m_error; }
    //! When the newest first page arrived, 0 for never.
    [[nodiscard]] qint64 loadedAt() const { return m_loadedAt; }

    void setColumns(const QList<RunColumn> &columns);
    [[nodiscard]] const QList<RunColumn> &columns() const { return m_columns; }
    [[nodiscard]] const RunKeys &keys() const { return m_keys; }
    [[nodiscard]] int runCount() const { return static_cast<int>(m_rows.size()); }
    [[nodiscard]] const mlflow::Run *runAt(int row) const;
    [[nodiscard]] int rowOf(const RunId &id) const;
    [[nodiscard]] QList<mlflow::Run> runs() const;
    //! Colour index per run, for the bar in front of its name.
    void setSeries(const QHash<QString, int> &series);
    //! Takes a run out before the server's next answer does.
    void removeRun(const RunId &id);
    void renameRun(const RunId &id, const QString &name);
    //! Moves "2 min ago" and running durations on.
    void tick();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation o, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    //! Asks the server; columns it cannot sort by are ignored.
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    //! Once per change of state(), error() or isStale().
    void stateChanged();
    //! New metric, param or tag names appeared.
    void keysChanged();
    //! The first page of a request arrived and is in the model.
    void firstPageLoaded();

private:
    struct Row {
        mlflow::Run run;
        std::vector<QVariant> raw; //!< One per column.
    };
    [[nodiscard]] Row makeRow(const mlflow::Run &run) const;
    [[nodiscard]] bool hasErrorRow() const
    {
        return m_state == State::Failed && !m_failedOnFirst && !m_rows.empty();
    }
    [[nodiscard]] QVariant rowData(const Row &row, int column, int role) const;
    [[nodiscard]] QVariant seriesColour(const Row &row) const;
    [[nodiscard]] QVariant errorData(int column, int role) const;
    void fetch(const QString &token);
    void receive(quint64 generation, bool first, const Result<mlflow::Page<mlflow::Run>> &result);
    void receiveFirst(const QList<mlflow::Run> &runs);
    void append(const QList<mlflow::Run> &runs);
    void fail(const Error &error);
    void setState(State state, bool stale);
    void removeErrorRow();

    FetchRuns m_fetch;
    RunsRequest m_request;
    QList<RunColumn> m_columns = fixedRunColumns();
    RunKeys m_keys;
    std::vector<Row> m_rows;
    QHash<QString, int> m_series;
    QString m_nextToken;
    Error m_error;
    State m_state = State::Empty;
    bool m_stale = false;
    bool m_failedOnFirst = false;
    bool m_fetching = false;
    int m_pageSize = 200;
    quint64 m_generation = 0;
    qint64 m_loadedAt = 0;
    ScopedCall<mlflow::Page<mlflow::Run>> m_call;
};

} // namespace signalbox
