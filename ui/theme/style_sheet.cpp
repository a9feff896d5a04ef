// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

#include "ui/theme/icons.h"

#include <QtCore/QFile>

#include <algorithm>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

using Words = std::vector<std::pair<QString, QString>>;

Words wordsOf(const Colours &c)
{
    const bool dark = c.panel.lightness() < 128;
    Words words{
        {u"@background"_s, c.background.name()},
        {u"@panel"_s, c.panel.name()},
        {u"@line"_s, c.line.name()},
        {u"@ink"_s, c.ink.name()},
        {u"@muted"_s, c.muted.name()},
        {u"@accentFill"_s, c.accentFill.name()},
        {u"@accentHover"_s, mixed(c.accentFill, QColor(Qt::black), 0.12).name()},
        {u"@accentPale"_s, mixed(c.panel, c.accentFill, 0.45).name()},
        {u"@accent"_s, c.accent.name()},
        {u"@onAccentPale"_s, mixed(c.accentFill, c.onAccent, dark ? 0.55 : 0.95).name()},
        {u"@onAccent"_s, c.onAccent.name()},
        {u"@selection"_s, c.selection.name()},
        {u"@hover"_s, c.hover.name()},
        {u"@faint"_s, mixed(c.panel, c.muted, 0.6).name()},
        {u"@outline"_s, mixed(c.line, c.muted, 0.5).name()},
        {u"@scroll"_s, mixed(c.line, c.muted, 0.3).name()},
        {u"@good"_s, c.good.name()},
        {u"@warning"_s, c.warning.name()},
        {u"@bad"_s, c.bad.name()},
        {u"@scheme"_s, dark ? u"dark"_s : u"light"_s},
    };
    // Longer words first, so that @accent does not eat the head of @accentFill.
    std::sort(words.begin(), words.end(),
        [](const auto &a, const auto &b) { return a.first.size() > b.first.size(); });
    return words;
}

} // namespace

QString styleSheetFor(const Colours &colours)
{
    ensureIconResources();
    QFile file(u":/signalbox/signalbox.qss"_s);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    for (const auto &[word, value] : wordsOf(colours))
        sheet.replace(word, value);
    return sheet;
}

} // namespace signalbox
