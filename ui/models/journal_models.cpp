// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/journal_models.h"

#include "ui/models/formatters.h"
#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QDateTime>
#include <QtCore/QHash>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

int weight(JournalItemState state)
{
    switch (state) {
    case JournalItemState::Pending:
        return 0;
    case JournalItemState::Parked:
        return 1;
    case JournalItemState::Held:
        return 2;
    case JournalItemState::Sending:
        return 3;
    }
    return 0;
}

PillLook pillFor(JournalItemState state)
{
    switch (state) {
    case JournalItemState::Pending:
        return {Tone::Neutral, u"clock"_s, nameOf(state)};
    case JournalItemState::Sending:
        return {Tone::Info, u"upload"_s, nameOf(state)};
    case JournalItemState::Parked:
        return {Tone::Warning, u"warning"_s, nameOf(state)};
    case JournalItemState::Held:
        return {Tone::Warning, u"pause"_s, nameOf(state)};
    }
    return {};
}

QString ageOf(qint64 sinceMs)
{
    return format::relativeTime(sinceMs, QDateTime::currentMSecsSinceEpoch());
}

QString runTitle(const QString &name, const LocalRunId &run)
{
    return name.isEmpty() ? run.text().left(8) : format::oneLine(name, 120);
}

QString runCell(const PendingRun &run, int column)
{
    switch (static_cast<PendingRunsModel::Column>(column)) {
    case PendingRunsModel::Name:
        return runTitle(run.name, run.run);
    case PendingRunsModel::State:
        return nameOf(run.state);
    case PendingRunsModel::Points:
        return format::count(run.points);
    case PendingRunsModel::Batches:
        return format::count(run.batches);
    case PendingRunsModel::Files:
        return format::count(run.files);
    case PendingRunsModel::Since:
        return ageOf(run.sinceMs);
    case PendingRunsModel::Why:
        return format::oneLine(run.why);
    case PendingRunsModel::ColumnCount:
        break;
    }
    return {};
}

QString parkedCell(const JournalItem &item, int column)
{
    switch (static_cast<ParkedModel::Column>(column)) {
    case ParkedModel::What:
        return format::oneLine(item.summary);
    case ParkedModel::Run:
        return runTitle(item.runName, item.run);
    case ParkedModel::Since:
        return ageOf(item.sinceMs);
    case ParkedModel::Attempts:
        return format::count(item.attempts);
    case ParkedModel::Why:
        return format::oneLine(item.reason);
    case ParkedModel::ColumnCount:
        break;
    }
    return {};
}

bool isNumber(PendingRunsModel::Column column)
{
    return column == PendingRunsModel::Points || column == PendingRunsModel::Batches
        || column == PendingRunsModel::Files;
}

} // namespace

QList<PendingRun> pendingByRun(const QList<JournalItem> &items)
{
    QList<PendingRun> runs;
    QHash<QString, qsizetype> places;
    for (const JournalItem &item : items) {
        if (item.state == JournalItemState::Parked)
            continue;
        const QString key = item.run.isEmpty() ? item.runName : item.run.text();
        const auto known = places.constFind(key);
        const qsizetype place = known == places.cend() ? runs.size() : known.value();
        if (place == runs.size()) {
            places.insert(key, place);
            runs.append(
                PendingRun{item.run, item.runId, item.runName, 0, 0, 0, item.sinceMs, {}, {}});
        }
        PendingRun &run = runs[place];
        const bool file = item.kind == JournalKind::File || item.kind == JournalKind::Model;
        ++(file ? run.files : run.batches);
        run.points += item.points;
        run.sinceMs = std::min(run.sinceMs, item.sinceMs);
        if (run.why.isEmpty())
            run.why = item.reason;
        if (weight(item.state) > weight(run.state))
            run.state = item.state;
    }
    return runs;
}

void PendingRunsModel::setRuns(QList<PendingRun> runs)
{
    if (runs == m_runs)
        return;
    const auto sameRun = [](const PendingRun &a, const PendingRun &b) { return a.run == b.run; };
    if (std::equal(runs.begin(), runs.end(), m_runs.begin(), m_runs.end(), sameRun)) {
        m_runs = std::move(runs);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

int PendingRunsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int PendingRunsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PendingRunsModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const PendingRun &run = m_runs.at(index.row());
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
    case RawValueRole:
        return runCell(run, column);
    case Qt::ToolTipRole:
        return plainToolTip(runCell(run, column));
    case kPillRole:
        return column == State ? QVariant::fromValue(pillFor(run.state)) : QVariant();
    case IdRole:
        return run.runId.text();
    case MonospaceRole:
        return isNumber(column);
    case Qt::TextAlignmentRole:
        return alignment(isNumber(column));
    default:
        return {};
    }
}

QVariant PendingRunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(isNumber(static_cast<Column>(section)));
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{tr("Run or model"), tr("State"), tr("Points"),
        tr("Batches"), tr("Files"), tr("Oldest"), tr("Why it waits")};
    return names.at(static_cast<std::size_t>(section));
}

void ParkedModel::setItems(const QList<JournalItem> &items)
{
    QList<JournalItem> parked;
    for (const JournalItem &item : items) {
        if (item.state == JournalItemState::Parked)
            parked.append(item);
    }
    if (m_items.isEmpty() || parked.isEmpty()) { // nothing to keep, and much quicker
        if (m_items.isEmpty() && parked.isEmpty())
            return;
        beginResetModel();
        m_items = parked;
        endResetModel();
        return;
    }
    const auto has = [](const QList<JournalItem> &list, qint64 sequence) {
        return std::any_of(list.begin(), list.end(),
            [sequence](const JournalItem &item) { return item.sequence == sequence; });
    };
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (has(parked, m_items.at(row).sequence))
            continue;
        beginRemoveRows({}, row, row);
        m_items.removeAt(row);
        endRemoveRows();
    }
    for (int row = 0; row < parked.size(); ++row) {
        if (row < rowCount() && m_items.at(row).sequence == parked.at(row).sequence) {
            m_items[row] = parked.at(row);
            continue;
        }
        beginInsertRows({}, row, row);
        m_items.insert(row, parked.at(row));
        endInsertRows();
    }
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int ParkedModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_items.size());
}

int ParkedModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ParkedModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const JournalItem &item = m_items.at(index.row());
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
    case RawValueRole:
        return parkedCell(item, column);
    case Qt::ToolTipRole:
        return plainToolTip(column == Why ? item.reason : parkedCell(item, column));
    case IdRole:
        return item.sequence;
    case MonospaceRole:
        return column == Attempts;
    case Qt::TextAlignmentRole:
        return alignment(column == Attempts);
    case Qt::ForegroundRole:
        return column == Since ? QVariant(Theme::instance().colours().muted) : QVariant();
    default:
        return {};
    }
}

QVariant ParkedModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(section == Attempts);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{
        tr("What"), tr("Run or model"), tr("Logged"), tr("Attempts"), tr("Why it was refused")};
    return names.at(static_cast<std::size_t>(section));
}

} // namespace signalbox
