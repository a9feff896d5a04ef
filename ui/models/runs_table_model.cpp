// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runs_table_model.h"

#include "core/base/clock.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

RunsTableModel::RunsTableModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void RunsTableModel::setSource(FetchRuns fetch)
{
    ++m_generation;
    m_fetching = false;
    m_call.cancel();
    m_fetch = std::move(fetch);
}

void RunsTableModel::load(const RunsRequest &request)
{
    m_request = request;
    refresh();
}

void RunsTableModel::refresh()
{
    ++m_generation;
    m_fetching = false;
    m_call.cancel();
    if (!m_fetch || m_request.experiments.isEmpty())
        return;
    removeErrorRow();
    setState(State::Loading, !m_rows.empty());
    fetch({});
}

void RunsTableModel::retry()
{
    if (m_state != State::Failed)
        return;
    if (m_failedOnFirst) {
        refresh();
        return;
    }
    removeErrorRow();
    setState(State::Partial, false);
    fetchMore({});
}

void RunsTableModel::clear()
{
    ++m_generation;
    m_fetching = false;
    m_call.cancel();
    beginResetModel();
    m_rows.clear();
    m_nextToken.clear();
    m_state = State::Empty;
    m_stale = false;
    m_loadedAt = 0;
    endResetModel();
    Q_EMIT stateChanged();
}

void RunsTableModel::fetch(const QString &token)
{
    mlflow::RunQuery query;
    query.experimentIds = m_request.experiments;
    query.filter = m_request.filter;
    if (const QString key = m_request.sortColumn.orderBy(); !key.isEmpty()) {
        const bool up = m_request.sortOrder == Qt::AscendingOrder;
        query.orderBy = {key + (up ? u" ASC"_s : u" DESC"_s)};
    }
    query.viewType =
        m_request.deleted ? mlflow::ViewType::DeletedOnly : mlflow::ViewType::ActiveOnly;
    query.maxResults = m_pageSize;
    query.pageToken = token;
    m_fetching = true;
    m_call = m_fetch(query);
    m_call.call().then(this,
        [this, generation = m_generation, first = token.isEmpty()](
            const Result<mlflow::Page<mlflow::Run>> &result) {
            receive(generation, first, result);
        });
}

void RunsTableModel::receive(
    quint64 generation, bool first, const Result<mlflow::Page<mlflow::Run>> &result)
{
    if (generation != m_generation)
        return;
    m_fetching = false;
    if (!result) {
        m_failedOnFirst = first;
        fail(result.error());
        return;
    }
    m_nextToken = result->nextToken;
    if (first) {
        m_loadedAt = systemClock().epochMs();
        receiveFirst(result->items);
    } else {
        append(result->items);
    }
    setState(m_nextToken.isEmpty() ? State::Complete : State::Partial, false);
    if (m_keys.add(result->items))
        Q_EMIT keysChanged();
    if (first)
        Q_EMIT firstPageLoaded();
}

void RunsTableModel::receiveFirst(const QList<mlflow::Run> &runs)
{
    const auto sameId = [](const Row &row, const mlflow::Run &run) {
        return row.run.info.id == run.info.id;
    };
    const bool inPlace = static_cast<size_t>(runs.size()) == m_rows.size()
        && std::equal(m_rows.cbegin(), m_rows.cend(), runs.cbegin(), sameId);
    if (!inPlace) {
        beginResetModel();
        m_rows.clear();
        for (const mlflow::Run &run : runs)
            m_rows.push_back(makeRow(run));
        endResetModel();
        return;
    }
    int row = 0;
    for (const mlflow::Run &run : runs) {
        Row &mine = m_rows[static_cast<size_t>(row)];
        if (!looksTheSame(mine.run, run)) {
            mine = makeRow(run);
            Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
        }
        ++row;
    }
}

void RunsTableModel::append(const QList<mlflow::Run> &runs)
{
    // A run that was created meanwhile shifts the pages; the overlap is shown once.
    QList<mlflow::Run> fresh;
    for (const mlflow::Run &run : runs) {
        if (rowOf(run.info.id) < 0)
            fresh.append(run);
    }
    if (fresh.isEmpty())
        return;
    const int first = runCount();
    beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
    for (const mlflow::Run &run : fresh)
        m_rows.push_back(makeRow(run));
    endInsertRows();
}

void RunsTableModel::fail(const Error &error)
{
    m_error = error;
    const bool stale = m_failedOnFirst && !m_rows.empty();
    if (m_rows.empty() || m_failedOnFirst) {
        setState(State::Failed, stale);
        return;
    }
    beginInsertRows({}, runCount(), runCount());
    m_state = State::Failed;
    m_stale = stale;
    endInsertRows();
    Q_EMIT stateChanged();
}

void RunsTableModel::removeErrorRow()
{
    if (!hasErrorRow())
        return;
    beginRemoveRows({}, runCount(), runCount());
    m_state = State::Partial;
    endRemoveRows();
}

void RunsTableModel::setState(State state, bool stale)
{
    if (state == m_state && stale == m_stale && state != State::Failed)
        return;
    m_state = state;
    m_stale = stale;
    Q_EMIT stateChanged();
}

RunsTableModel::Row RunsTableModel::makeRow(const mlflow::Run &run) const
{
    Row row{run, {}};
    row.raw.reserve(static_cast<size_t>(m_columns.size()));
    for (const RunColumn &column : m_columns)
        row.raw.push_back(column.rawValue(run));
    return row;
}

void RunsTableModel::setColumns(const QList<RunColumn> &columns)
{
    if (columns == m_columns)
        return;
    beginResetModel();
    m_columns = columns;
    for (Row &row : m_rows)
        row = makeRow(row.run);
    endResetModel();
}

const mlflow::Run *RunsTableModel::runAt(int row) const
{
    return row >= 0 && row < runCount() ? &m_rows[static_cast<size_t>(row)].run : nullptr;
}

int RunsTableModel::rowOf(const RunId &id) const
{
    const auto same = [&id](const Row &row) { return row.run.info.id == id; };
    const auto found = std::find_if(m_rows.cbegin(), m_rows.cend(), same);
    return found == m_rows.cend() ? -1 : static_cast<int>(found - m_rows.cbegin());
}

QList<mlflow::Run> RunsTableModel::runs() const
{
    QList<mlflow::Run> all;
    all.reserve(runCount());
    for (const Row &row : m_rows)
        all.append(row.run);
    return all;
}

void RunsTableModel::setSeries(const QHash<QString, int> &series)
{
    if (series == m_series)
        return;
    m_series = series;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(runCount() - 1, 0));
}

void RunsTableModel::removeRun(const RunId &id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

void RunsTableModel::renameRun(const RunId &id, const QString &name)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    mlflow::Run run = m_rows[static_cast<size_t>(row)].run;
    run.info.name = name;
    m_rows[static_cast<size_t>(row)] = makeRow(run);
    Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void RunsTableModel::tick()
{
    if (!m_rows.empty())
        Q_EMIT dataChanged(
            index(0, 0), index(runCount() - 1, columnCount() - 1), {Qt::DisplayRole});
}

int RunsTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : runCount() + (hasErrorRow() ? 1 : 0);
}

int RunsTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant RunsTableModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    if (index.row() >= runCount())
        return errorData(index.column(), role);
    return rowData(m_rows[static_cast<size_t>(index.row())], index.column(), role);
}

Qt::ItemFlags RunsTableModel::flags(const QModelIndex &index) const
{
    Q_ASSERT(checkIndex(index));
    return index.isValid() ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren
                           : Qt::NoItemFlags;
}

bool RunsTableModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_state == State::Partial && !m_nextToken.isEmpty() && !m_fetching;
}

void RunsTableModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        fetch(m_nextToken);
}

void RunsTableModel::sort(int column, Qt::SortOrder order)
{
    if (column < 0 || column >= m_columns.size() || m_columns.at(column).orderBy().isEmpty())
        return;
    if (m_request.sortColumn == m_columns.at(column) && m_request.sortOrder == order)
        return;
    m_request.sortColumn = m_columns.at(column);
    m_request.sortOrder = order;
    refresh();
}

} // namespace signalbox
