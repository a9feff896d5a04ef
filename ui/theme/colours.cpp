// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/colours.h"

namespace signalbox {

namespace {

Colours light()
{
    Colours c;
    c.background = QColor(0xf6, 0xf7, 0xf9);
    c.panel = QColor(0xff, 0xff, 0xff);
    c.line = QColor(0xe1, 0xe4, 0xea);
    c.ink = QColor(0x1b, 0x23, 0x30);
    c.muted = QColor(0x68, 0x73, 0x85);
    c.accent = QColor(0x2f, 0x6f, 0xde);
    c.accentFill = QColor(0x2f, 0x6f, 0xde);
    c.onAccent = QColor(0xff, 0xff, 0xff);
    c.selection = QColor(0xdc, 0xe8, 0xfc);
    c.good = QColor(0x1a, 0x8f, 0x5a);
    c.warning = QColor(0xb3, 0x6b, 0x00);
    c.bad = QColor(0xc8, 0x35, 0x2f);
    return c;
}

Colours dark()
{
    Colours c;
    c.background = QColor(0x16, 0x1a, 0x20);
    c.panel = QColor(0x1d, 0x22, 0x2a);
    c.line = QColor(0x2d, 0x34, 0x3f);
    c.ink = QColor(0xe3, 0xe8, 0xef);
    c.muted = QColor(0x8b, 0x96, 0xa6);
    c.accent = QColor(0x5b, 0x95, 0xf5);
    c.accentFill = QColor(0x3a, 0x74, 0xd8);
    c.onAccent = QColor(0xff, 0xff, 0xff);
    c.selection = QColor(0x26, 0x3a, 0x5a);
    c.good = QColor(0x45, 0xc0, 0x8a);
    c.warning = QColor(0xe0, 0xa3, 0x45);
    c.bad = QColor(0xf0, 0x71, 0x6a);
    return c;
}

Colours completed(Colours c)
{
    c.hover = mixed(c.panel, c.muted, 0.10);
    c.series = {QColor(0x2f, 0x6f, 0xde), QColor(0xd9, 0x82, 0x2b), QColor(0x1a, 0x8f, 0x5a),
        QColor(0xa0, 0x4e, 0xc4), QColor(0xc8, 0x35, 0x2f), QColor(0x12, 0x8a, 0x9e)};
    return c;
}

Colours darkCompleted()
{
    Colours c = completed(dark());
    // The same hues, lifted so that a 1 px line stays visible on the dark panel.
    for (QColor &colour : c.series)
        colour = mixed(colour, QColor(Qt::white), 0.18);
    return c;
}

} // namespace

QColor mixed(const QColor &under, const QColor &over, double share)
{
    const auto part = [share](int a, int b) { return static_cast<int>(a + (b - a) * share + 0.5); };
    return QColor(part(under.red(), over.red()), part(under.green(), over.green()),
        part(under.blue(), over.blue()));
}

QColor Colours::of(Tone tone) const
{
    switch (tone) {
    case Tone::Neutral:
        return muted;
    case Tone::Info:
        return accent;
    case Tone::Good:
        return good;
    case Tone::Warning:
        return warning;
    case Tone::Bad:
        return bad;
    }
    return muted;
}

QColor Colours::fillOf(Tone tone) const
{
    const bool isDark = panel.lightness() < 128;
    return mixed(panel, of(tone), isDark ? 0.20 : 0.12);
}

QColor Colours::seriesColour(int index) const
{
    const qsizetype count = series.size();
    return series.at(((index % count) + count) % count);
}

const Colours &coloursFor(Scheme scheme)
{
    static const Colours kLight = completed(light());
    static const Colours kDark = darkCompleted();
    return scheme == Scheme::Dark ? kDark : kLight;
}

QPalette paletteFor(Scheme scheme)
{
    const Colours &c = coloursFor(scheme);
    QPalette p;
    p.setColor(QPalette::Window, c.background);
    p.setColor(QPalette::WindowText, c.ink);
    p.setColor(QPalette::Base, c.panel);
    p.setColor(QPalette::AlternateBase, mixed(c.panel, c.background, 0.5));
    p.setColor(QPalette::Text, c.ink);
    p.setColor(QPalette::PlaceholderText, c.muted);
    p.setColor(QPalette::Button, c.panel);
    p.setColor(QPalette::ButtonText, c.ink);
    p.setColor(QPalette::BrightText, c.bad);
    p.setColor(QPalette::Highlight, c.selection);
    p.setColor(QPalette::HighlightedText, c.ink);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.accent);
    p.setColor(QPalette::ToolTipBase, c.panel);
    p.setColor(QPalette::ToolTipText, c.ink);
    p.setColor(QPalette::Light, mixed(c.panel, QColor(Qt::white), 0.1));
    p.setColor(QPalette::Midlight, c.line);
    p.setColor(QPalette::Mid, c.line);
    p.setColor(QPalette::Dark, mixed(c.line, c.ink, 0.2));
    p.setColor(QPalette::Shadow, mixed(c.background, QColor(Qt::black), 0.4));
    for (const auto role :
        {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText})
        p.setColor(QPalette::Disabled, role, mixed(c.panel, c.muted, 0.6));
    return p;
}

} // namespace signalbox
