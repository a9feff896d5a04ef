// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_step_model.h"

#include "ui/models/formatters.h"
#include "ui/widgets/plain_label.h"

using namespace Qt::StringLiterals;

namespace signalbox {

FlowStepModel::FlowStepModel(QObject *parent)
    : QAbstractListModel(parent)
{
}

void FlowStepModel::setFlow(TrackedFlow *flow)
{
    if (m_flow)
        m_flow->disconnect(this);
    beginResetModel();
    m_flow = flow;
    m_rows = flow ? static_cast<int>(flow->steps().size()) : 0;
    endResetModel();
    if (!flow)
        return;
    connect(flow, &TrackedFlow::stepChanged, this, &FlowStepModel::stepChanged);
    connect(flow, &TrackedFlow::stateChanged, this, &FlowStepModel::tick);
    connect(flow, &TrackedFlow::progressChanged, this, &FlowStepModel::tick);
    connect(flow, &QObject::destroyed, this, [this] {
        beginResetModel();
        m_rows = 0;
        endResetModel();
    });
}

void FlowStepModel::stepChanged(int step)
{
    const int now = static_cast<int>(m_flow->steps().size());
    if (now > m_rows) {
        beginInsertRows({}, m_rows, now - 1);
        m_rows = now;
        endInsertRows();
    }
    Q_EMIT dataChanged(index(step), index(step));
}

void FlowStepModel::tick()
{
    if (m_rows > 0)
        Q_EMIT dataChanged(index(0), index(m_rows - 1));
}

QString FlowStepModel::symbol(StepState state)
{
    switch (state) {
    case StepState::Running:
        return u"●"_s;
    case StepState::Waiting:
        return u"◷"_s;
    case StepState::Done:
        return u"✓"_s;
    case StepState::Failed:
        return u"✕"_s;
    case StepState::Skipped:
        return u"–"_s;
    case StepState::Cancelled:
        return u"■"_s;
    case StepState::Pending:
        break;
    }
    return u"○"_s;
}

int FlowStepModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

QVariant FlowStepModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    if (!m_flow)
        return {};
    const FlowStep &step = m_flow->steps().at(index.row());
    const bool running = step.state == StepState::Running && m_flow->isRunning();
    const QString progress = running ? m_flow->progressText() : QString();
    const auto elapsed = m_flow->elapsedOf(index.row());
    const QString time = elapsed.count() > 0 ? format::duration(elapsed) : QString();
    QString detail = format::oneLine(step.detail, 400);
    if (!progress.isEmpty())
        detail = detail.isEmpty() ? progress : QString(detail + u" · " + progress);
    switch (role) {
    case Qt::DisplayRole:
        return format::oneLine(step.title);
    case Qt::AccessibleTextRole:
        return QString(step.title + u", " + nameOf(step.state) + u", " + detail + u' ' + time);
    case Qt::ToolTipRole:
        return plainToolTip(detail);
    case DetailRole:
        return detail;
    case ElapsedRole:
        return time;
    case StatusRole:
        return static_cast<int>(step.state);
    case IdRole:
    case RawValueRole:
        return step.id;
    default:
        return {};
    }
}

} // namespace signalbox
