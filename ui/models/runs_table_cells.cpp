// SPDX-License-Identifier: GPL-3.0-or-later
// How a run looks in its row.
#include "core/base/clock.h"
#include "core/base/redaction.h"
#include "ui/models/formatters.h"
#include "ui/models/runs_table_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString runTip(const mlflow::Run &run)
{
    return format::oneLine(run.info.name) + u"\n" + run.info.id.text() + u"\n"
        + format::statusWord(run.info.status) + u", started "
        + format::dateTime(run.info.startTime);
}

} // namespace

QVariant RunsTableModel::rowData(const Row &row, int column, int role) const
{
    const RunColumn &spec = m_columns.at(column);
    const QVariant &raw = row.raw[static_cast<size_t>(column)];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return spec.text(row.run, systemClock().epochMs());
    case Qt::ToolTipRole:
        return plainToolTip(spec.kind == RunColumn::Kind::Name
                ? runTip(row.run)
                : spec.text(row.run, systemClock().epochMs()));
    case Qt::TextAlignmentRole: {
        const bool right = spec.isNumeric()
            || (spec.kind == RunColumn::Kind::Param && raw.typeId() == QMetaType::Double);
        return alignment(right);
    }
    case Qt::FontRole:
        if (spec.kind == RunColumn::Kind::Metric || spec.kind == RunColumn::Kind::Param)
            return Theme::instance().numberFont();
        return {};
    case Qt::ForegroundRole:
        if (spec.kind == RunColumn::Kind::Started || spec.kind == RunColumn::Kind::Duration)
            return Theme::instance().colours().muted;
        return {};
    case kPillRole:
        if (spec.kind == RunColumn::Kind::Status)
            return QVariant::fromValue(pillForRunStatus(nameOf(row.run.info.status)));
        return {};
    case kColourBarRole:
        return spec.kind == RunColumn::Kind::Name ? seriesColour(row) : QVariant();
    case MonospaceRole:
        return spec.kind == RunColumn::Kind::Metric || spec.kind == RunColumn::Kind::Param;
    case RawValueRole:
        return raw;
    case IdRole:
        return row.run.info.id.text();
    case StatusRole:
        return static_cast<int>(row.run.info.status);
    case SeriesRole:
        return m_series.value(row.run.info.id.text(), -1);
    default:
        return {};
    }
}

QVariant RunsTableModel::seriesColour(const Row &row) const
{
    const Colours &colours = Theme::instance().colours();
    const int place = m_series.value(row.run.info.id.text(), -1);
    return place < 0 ? colours.line : colours.seriesColour(place);
}

QVariant RunsTableModel::errorData(int column, int role) const
{
    if (role == ErrorRowRole)
        return true;
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    if (column > 0)
        return {};
    return QString(u"Could not load more: " + format::oneLine(redact(m_error.message))
        + u" Press Enter to try again.");
}

QVariant RunsTableModel::headerData(int section, Qt::Orientation o, int role) const
{
    if (o != Qt::Horizontal || section < 0 || section >= m_columns.size())
        return {};
    const RunColumn &column = m_columns.at(section);
    if (role == Qt::DisplayRole)
        return format::oneLine(column.title(), 40);
    if (role == Qt::ToolTipRole)
        return plainToolTip(format::oneLine(column.title()));
    if (role == Qt::TextAlignmentRole)
        return alignment(column.isNumeric());
    return {};
}

} // namespace signalbox
