// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/frame/fuzzy.h"

#include <algorithm>

namespace signalbox {

namespace {

bool beginsWord(const QString &text, qsizetype at)
{
    if (at == 0)
        return true;
    const QChar before = text.at(at - 1);
    return !before.isLetterOrNumber() || (before.isLower() && text.at(at).isUpper());
}

// Matches greedily from `from` on; 0 when it does not fit.
int scoreFrom(const QString &pattern, const QString &text, qsizetype from)
{
    int score = 0;
    qsizetype at = from;
    qsizetype previous = -2;
    for (const QChar wanted : pattern) {
        if (wanted.isSpace())
            continue;
        while (at < text.size() && text.at(at).toCaseFolded() != wanted.toCaseFolded())
            ++at;
        if (at >= text.size())
            return 0;
        score += 1;
        if (at == previous + 1)
            score += 6;
        if (beginsWord(text, at))
            score += 8;
        previous = at++;
    }
    const auto late = static_cast<int>(std::min<qsizetype>(from, 10));
    return std::max(
        1, score * 4 - late - static_cast<int>(std::min<qsizetype>(text.size(), 60)) / 10);
}

} // namespace

int fuzzyScore(const QString &pattern, const QString &text)
{
    const QString wanted = pattern.trimmed();
    if (wanted.isEmpty())
        return 1;
    int best = 0;
    const QChar first = wanted.at(0).toCaseFolded();
    for (qsizetype from = 0; from < text.size(); ++from) {
        if (text.at(from).toCaseFolded() == first)
            best = std::max(best, scoreFrom(wanted, text, from));
    }
    return best;
}

} // namespace signalbox
