// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/gate_table_model.h"

#include "ui/models/formatters.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString word(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return u"passed"_s;
    case Verdict::Fail:
        return u"failed"_s;
    case Verdict::Missing:
        return u"missing"_s;
    case Verdict::Waived:
        return u"waived"_s;
    case Verdict::NotApplicable:
        break;
    }
    return u"does not apply"_s;
}

QIcon icon(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Pass:
        return themeIcon(u"check"_s, Tint::Good);
    case Verdict::Fail:
        return themeIcon(u"cross"_s, Tint::Bad);
    case Verdict::Missing:
        return themeIcon(u"help"_s, Tint::Bad);
    case Verdict::Waived:
        return themeIcon(u"warning"_s, Tint::Warning);
    case Verdict::NotApplicable:
        break;
    }
    return themeIcon(u"minus"_s);
}

QString valueText(double value)
{
    return value == std::floor(value) && std::abs(value) < 1e9
        ? format::count(static_cast<qint64>(value))
        : format::number(value);
}

QString measuredText(const GateResult &gate)
{
    if (gate.actual.isDouble())
        return valueText(gate.actual.toDouble());
    if (gate.actual.isBool())
        return gate.actual.toBool() ? u"present"_s : u"absent"_s;
    if (gate.verdict == Verdict::Missing && gate.actual.isNull())
        return u"missing"_s;
    return format::jsonValue(gate.actual);
}

} // namespace

GateTableModel::GateTableModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void GateTableModel::setGates(const QList<GateResult> &gates)
{
    const auto sameId = [](const GateResult &a, const GateResult &b) { return a.id == b.id; };
    if (std::equal(gates.cbegin(), gates.cend(), m_gates.cbegin(), m_gates.cend(), sameId)) {
        m_gates = gates;
        if (!gates.isEmpty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
        return;
    }
    beginResetModel();
    m_gates = gates;
    endResetModel();
}

QString GateTableModel::limitText(const GateResult &gate)
{
    if (gate.limit.isBool())
        return gate.limit.toBool() ? u"required"_s : u"not required"_s;
    if (!gate.limit.isDouble())
        return format::jsonValue(gate.limit);
    const bool atMost = gate.id.contains("error_rate"_L1) || gate.id.contains("latency"_L1)
        || gate.id.contains("at_most"_L1);
    return (atMost ? u"≤ "_s : u"≥ "_s) + valueText(gate.limit.toDouble());
}

int GateTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_gates.size());
}

int GateTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : kColumns;
}

QVariant GateTableModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const GateResult &gate = m_gates.at(index.row());
    if (role == StatusRole)
        return static_cast<int>(gate.verdict);
    if (role == IdRole)
        return gate.id;
    if (role == Qt::DecorationRole && index.column() == VerdictColumn)
        return icon(gate.verdict);
    if (role == Qt::ForegroundRole)
        return index.column() == LimitColumn || index.column() == EvidenceColumn
            ? QVariant(Theme::instance().colours().muted)
            : QVariant();
    if (role == Qt::FontRole && (index.column() == LimitColumn || index.column() == ActualColumn))
        return Theme::instance().numberFont();
    if (role == MonospaceRole)
        return index.column() == LimitColumn || index.column() == ActualColumn;
    if (role == Qt::TextAlignmentRole) {
        const bool right = index.column() == LimitColumn || index.column() == ActualColumn;
        return alignment(right);
    }
    if (role == Qt::ToolTipRole)
        return plainToolTip(data(index, Qt::AccessibleTextRole).toString());
    const bool text =
        role == Qt::DisplayRole || role == Qt::AccessibleTextRole || role == RawValueRole;
    if (!text)
        return {};
    switch (index.column()) {
    case VerdictColumn:
        return role == Qt::DisplayRole ? QString() : word(gate.verdict);
    case RuleColumn:
        return format::oneLine(gate.title);
    case LimitColumn:
        return limitText(gate);
    case ActualColumn:
        return measuredText(gate);
    default:
        return format::oneLine(gate.evidence);
    }
}

QVariant GateTableModel::headerData(int section, Qt::Orientation o, int role) const
{
    if (o != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= kColumns)
        return {};
    static const QStringList kTitles{
        u"Verdict"_s, u"Rule"_s, u"Limit"_s, u"Measured"_s, u"Evidence"_s};
    return kTitles.at(section);
}

} // namespace signalbox
