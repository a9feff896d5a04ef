// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/icons.h"

#include "ui/theme/theme.h"

#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtGui/QIconEngine>
#include <QtGui/QPainter>
#include <QtGui/QPixmapCache>
#include <QtSvg/QSvgRenderer>

#include <memory>

using namespace Qt::StringLiterals;

// The resources sit in a static library, where nothing refers to them by itself.
static void initIconResources()
{
    static const bool done = [] {
        Q_INIT_RESOURCE(signalbox);
        return true;
    }();
    Q_UNUSED(done)
}

namespace signalbox {

namespace {

QString pathOf(const QString &name)
{
    ensureIconResources();
    return u":/signalbox/icons/"_s % name % u".svg"_s;
}

QSvgRenderer &rendererFor(const QString &name)
{
    static QHash<QString, std::shared_ptr<QSvgRenderer>> cache;
    auto &slot = cache[name];
    if (!slot)
        slot = std::make_shared<QSvgRenderer>(pathOf(name));
    return *slot;
}

QPixmap rendered(const QString &name, const QColor &colour, QSize pixels)
{
    const QString key = u"sb:%1:%2:%3x%4"_s.arg(name, colour.name(QColor::HexArgb))
                            .arg(pixels.width())
                            .arg(pixels.height());
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(pixels);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    rendererFor(name).render(&painter, QRectF(QPointF(0, 0), QSizeF(pixels)));
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(pixmap.rect(), colour);
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

QColor colourOf(Tint tint)
{
    const Colours &c = Theme::instance().colours();
    switch (tint) {
    case Tint::Ink:
        return c.ink;
    case Tint::Muted:
        return c.muted;
    case Tint::Accent:
        return c.accent;
    case Tint::OnAccent:
        return c.onAccent;
    case Tint::Good:
        return c.good;
    case Tint::Warning:
        return c.warning;
    case Tint::Bad:
        return c.bad;
    }
    return c.ink;
}

class TintedEngine final : public QIconEngine {
public:
    TintedEngine(QString name, Tint tint)
        : m_name(std::move(name))
        , m_tint(tint)
    {
    }
    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, pixmap(rect.size() * ratio, mode, state));
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QColor colour = colourOf(m_tint);
        if (mode == QIcon::Disabled)
            colour = mixed(Theme::instance().colours().panel, colour, 0.45);
        else if (state == QIcon::On && m_tint == Tint::Muted)
            colour = colourOf(Tint::Accent);
        return rendered(m_name, colour, size);
    }
    [[nodiscard]] QIconEngine *clone() const override { return new TintedEngine(m_name, m_tint); }

private:
    QString m_name;
    Tint m_tint;
};

} // namespace

void ensureIconResources()
{
    initIconResources();
}

Tint tintOf(Tone tone)
{
    switch (tone) {
    case Tone::Neutral:
        return Tint::Muted;
    case Tone::Info:
        return Tint::Accent;
    case Tone::Good:
        return Tint::Good;
    case Tone::Warning:
        return Tint::Warning;
    case Tone::Bad:
        return Tint::Bad;
    }
    return Tint::Muted;
}

QIcon themeIcon(const QString &name, Tint tint)
{
    if (!QFile::exists(pathOf(name)))
        return {};
    return QIcon(new TintedEngine(name, tint));
}

QPixmap iconPixmap(const QString &name, const QColor &colour, int size, qreal devicePixelRatio)
{
    QPixmap pixmap = rendered(name, colour, QSize(size, size) * devicePixelRatio);
    pixmap.setDevicePixelRatio(devicePixelRatio);
    return pixmap;
}

} // namespace signalbox
