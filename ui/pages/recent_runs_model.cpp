// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/recent_runs_model.h"

#include "ui/models/formatters.h"
#include "ui/models/roles.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QDateTime>

#include <array>

using namespace Qt::StringLiterals;

namespace signalbox {

void RecentRunsModel::setRuns(QList<mlflow::Run> runs, QHash<ExperimentId, QString> experiments)
{
    beginResetModel();
    m_runs = std::move(runs);
    m_experiments = std::move(experiments);
    endResetModel();
}

RunId RecentRunsModel::runAt(int row) const
{
    return row >= 0 && row < m_runs.size() ? m_runs.at(row).info.id : RunId();
}

int RecentRunsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RecentRunsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RecentRunsModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_runs.size())
        return {};
    const mlflow::RunInfo &info = m_runs.at(index.row()).info;
    const int column = index.column();
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    if (role == kPillRole && column == Status)
        return QVariant::fromValue(pillForRunStatus(nameOf(info.status)));
    if (role == Qt::ForegroundRole && (column == Experiment || column == Started))
        return Theme::instance().colours().muted;
    if (role == Qt::TextAlignmentRole)
        return alignment(column == Duration);
    if (role == MonospaceRole)
        return column == Duration;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    QString text;
    switch (static_cast<Column>(column)) {
    case Name:
        text = format::oneLine(info.name);
        break;
    case Experiment:
        text = format::oneLine(m_experiments.value(info.experimentId, info.experimentId.text()));
        break;
    case Status:
        text = nameOf(info.status);
        break;
    case Started:
        text = role == Qt::ToolTipRole ? format::dateTime(info.startTime)
                                       : format::relativeTime(info.startTime, now);
        break;
    case Duration:
        if (const auto took = format::runDuration(info, now))
            text = format::duration(*took);
        break;
    case ColumnCount:
        break;
    }
    return role == Qt::ToolTipRole ? plainToolTip(text) : text;
}

QVariant RecentRunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignment(section == Duration);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, ColumnCount> names{
        tr("Run"), tr("Experiment"), tr("Status"), tr("Started"), tr("Duration")};
    return names.at(static_cast<std::size_t>(section));
}

} // namespace signalbox
