// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/palette_model.h"

#include "ui/frame/fuzzy.h"
#include "ui/theme/icons.h"

#include <algorithm>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox {

void PaletteModel::setEntries(QList<PaletteEntry> entries)
{
    beginResetModel();
    m_entries = std::move(entries);
    rank();
    endResetModel();
}

void PaletteModel::setPattern(const QString &pattern)
{
    beginResetModel();
    m_pattern = pattern;
    rank();
    endResetModel();
}

void PaletteModel::rank()
{
    std::vector<std::pair<int, qsizetype>> scored;
    for (qsizetype i = 0; i < m_entries.size(); ++i) {
        const int score = fuzzyScore(m_pattern, m_entries.at(i).text);
        if (score > 0)
            scored.emplace_back(score, i);
    }
    if (!m_pattern.trimmed().isEmpty())
        std::stable_sort(scored.begin(), scored.end(),
            [](const auto &a, const auto &b) { return a.first > b.first; });
    m_shown.clear();
    for (const auto &[score, index] : scored)
        m_shown.append(index);
}

const PaletteEntry &PaletteModel::entry(int row) const
{
    return m_entries.at(m_shown.at(row));
}

int PaletteModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const PaletteEntry &item = entry(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return item.text;
    case Qt::DecorationRole:
        return themeIcon(item.icon.isEmpty() ? u"chevron-right"_s : item.icon);
    case kDetailRole:
        return item.detail;
    case Qt::AccessibleTextRole:
        return QString(item.text % u", "_s % item.detail);
    default:
        return {};
    }
}

} // namespace signalbox
