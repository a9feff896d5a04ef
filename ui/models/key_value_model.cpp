// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/key_value_model.h"

#include "ui/models/formatters.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

KeyValueModel::KeyValueModel(bool withSteps, QObject *parent)
    : QAbstractTableModel(parent)
    , m_withSteps(withSteps)
{
}

void KeyValueModel::setEntries(QList<Entry> entries)
{
    std::stable_sort(entries.begin(), entries.end(),
        [](const Entry &a, const Entry &b) { return a.key < b.key; });
    const auto sameKey = [](const Entry &a, const Entry &b) { return a.key == b.key; };
    if (!std::equal(
            entries.cbegin(), entries.cend(), m_entries.cbegin(), m_entries.cend(), sameKey)) {
        beginResetModel();
        m_entries = std::move(entries);
        endResetModel();
        return;
    }
    for (int row = 0; row < entries.size(); ++row) {
        if (m_entries.at(row) == entries.at(row))
            continue;
        m_entries[row] = entries.at(row);
        Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
    }
}

void KeyValueModel::setParams(const QList<mlflow::Param> &params)
{
    QList<Entry> entries;
    for (const mlflow::Param &param : params)
        entries.append({param.key, param.value, param.value, 0});
    setEntries(std::move(entries));
}

void KeyValueModel::setMetrics(const QList<mlflow::Metric> &metrics)
{
    QList<Entry> entries;
    for (const mlflow::Metric &metric : metrics)
        entries.append({metric.key, format::number(metric.value), metric.value, metric.step});
    setEntries(std::move(entries));
}

void KeyValueModel::setTags(const mlflow::TagList &tags, bool all)
{
    QList<Entry> entries;
    for (const mlflow::Tag &tag : tags) {
        if (all || !tag.key.startsWith("mlflow."_L1))
            entries.append({tag.key, tag.value, tag.value, 0});
    }
    setEntries(std::move(entries));
}

int KeyValueModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int KeyValueModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_withSteps ? 3 : 2;
}

QVariant KeyValueModel::data(const QModelIndex &index, int role) const
{
    Q_ASSERT(checkIndex(index, CheckIndexOption::IndexIsValid));
    const Entry &entry = m_entries.at(index.row());
    const bool value = index.column() == ValueColumn;
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        if (index.column() == StepColumn)
            return format::count(entry.step);
        return format::oneLine(value ? entry.text : entry.key);
    case Qt::ToolTipRole:
        return value ? entry.text.left(2000) : entry.key;
    case RawValueRole:
        if (index.column() == StepColumn)
            return entry.step;
        return value ? entry.raw : QVariant(entry.key);
    case IdRole:
        return entry.key;
    case MonospaceRole:
        return index.column() != KeyColumn;
    case Qt::TextAlignmentRole: {
        const bool right = m_withSteps && index.column() != KeyColumn;
        return alignment(right);
    }
    default:
        return {};
    }
}

QVariant KeyValueModel::headerData(int section, Qt::Orientation o, int role) const
{
    if (o != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole)
        return section == KeyColumn  ? tr("Name")
            : section == ValueColumn ? tr("Value")
                                     : tr("Step");
    if (role == Qt::TextAlignmentRole)
        return alignment(m_withSteps && section != KeyColumn);
    return {};
}

} // namespace signalbox
