// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recent_flows_model.h"

#include "core/base/clock.h"
#include "ui/models/formatters.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString flowWord(const mlflow::Run &run)
{
    QString word = format::oneLine(run.tag(u"signalbox.flow"_s), 30);
    if (!word.isEmpty())
        word[0] = word.at(0).toUpper();
    return word;
}

//! The run is called "pipeline churn", "selection": the kind stands before it already.
QString subjectOf(const mlflow::Run &run)
{
    const QString name = format::oneLine(run.info.name, 80);
    const QString kind = run.tag(u"signalbox.flow"_s);
    return name.startsWith(kind + u' ', Qt::CaseInsensitive) ? name.mid(kind.size() + 1) : name;
}

} // namespace

RecentFlowsModel::RecentFlowsModel(FlowRegistry &registry, QObject *parent)
    : QAbstractTableModel(parent)
    , m_registry(registry)
    , m_rows(registry.size())
{
    connect(&registry, &FlowRegistry::added, this, [this] {
        beginInsertRows({}, 0, 0);
        ++m_rows;
        endInsertRows();
    });
    connect(&registry, &FlowRegistry::changed, this, [this](const TrackedFlow *flow) {
        if (const int row = rowOf(flow); row >= 0)
            Q_EMIT dataChanged(index(row, 0), index(row, StateColumn));
    });
}

void RecentFlowsModel::setPast(const QList<mlflow::Run> &runs)
{
    beginResetModel();
    m_past.clear();
    for (const mlflow::Run &run : runs) {
        const bool child = !run.tag(u"mlflow.parentRunId"_s).isEmpty();
        if (!child && !m_registry.byId(run.tag(u"signalbox.flow_id"_s)))
            m_past.append(run);
    }
    endResetModel();
}

TrackedFlow *RecentFlowsModel::flowAt(int row) const
{
    return row < m_rows ? m_registry.at(row) : nullptr;
}

int RecentFlowsModel::rowOf(const TrackedFlow *flow) const
{
    for (int row = 0; row < m_rows; ++row) {
        if (m_registry.at(row) == flow)
            return row;
    }
    return -1;
}

int RecentFlowsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_rows + static_cast<int>(m_past.size());
}

int RecentFlowsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant RecentFlowsModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    if (const TrackedFlow *flow = flowAt(index.row()))
        return sessionData(*flow, index.column(), role);
    return pastData(m_past.at(index.row() - m_rows), index.column(), role);
}

QVariant RecentFlowsModel::sessionData(const TrackedFlow &flow, int column, int role) const
{
    const QString state = nameOf(flow.state());
    if (role == IdRole)
        return flow.mainRun().text();
    if (column == StateColumn) {
        if (role == kPillRole)
            return QVariant::fromValue(pillForFlowState(state.toLower()));
        return role == Qt::AccessibleTextRole || role == RawValueRole ? QVariant(state)
                                                                      : QVariant();
    }
    if (role == Qt::DisplayRole || role == RawValueRole)
        return QString(titleOf(flow.kind()) + u' ' + format::oneLine(flow.subject(), 80));
    return {};
}

QVariant RecentFlowsModel::pastData(const mlflow::Run &run, int column, int role)
{
    if (role == IdRole)
        return run.info.id.text();
    if (column == StateColumn) {
        if (role == kPillRole)
            return QVariant::fromValue(pillForRunStatus(nameOf(run.info.status)));
        return role == Qt::AccessibleTextRole || role == RawValueRole
            ? QVariant(format::statusWord(run.info.status))
            : QVariant();
    }
    if (role == Qt::DisplayRole || role == RawValueRole)
        return QString(flowWord(run) + u' ' + subjectOf(run));
    if (role == Qt::ToolTipRole)
        return plainToolTip(format::oneLine(run.info.name) + u", "
            + format::relativeTime(run.info.startTime, systemClock().epochMs()));
    return {};
}

} // namespace signalbox
