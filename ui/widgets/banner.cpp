// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/banner.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/plain_label.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QPushButton>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

QString iconFor(Tone tone)
{
    switch (tone) {
    case Tone::Neutral:
        return u"clock"_s;
    case Tone::Info:
        return u"info"_s;
    case Tone::Good:
        return u"check"_s;
    case Tone::Warning:
        return u"offline"_s;
    case Tone::Bad:
        return u"warning"_s;
    }
    return u"info"_s;
}

} // namespace

Banner::Banner(QWidget *parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new PlainLabel(this))
    , m_layout(new QHBoxLayout(this))
{
    setObjectName(u"bannerFrame"_s);
    m_text->setWordWrap(true);
    m_text->setObjectName(u"bannerLabel"_s);
    m_layout->setContentsMargins(kGrid * 3 / 2, kGrid / 2, kGrid, kGrid / 2);
    m_layout->setSpacing(kGrid);
    m_layout->addWidget(m_icon);
    m_layout->addWidget(m_text, 1);
    setMinimumHeight(kGrid * 4);
    connect(&Theme::instance(), &Theme::changed, this, &Banner::paintIcon);
    hide();
}

void Banner::showMessage(Tone tone, const QString &text)
{
    m_tone = tone;
    m_text->setText(text);
    setAccessibleName(text);
    paintIcon();
    setVisible(true);
    update();
}

void Banner::clear()
{
    hide();
    m_text->setText({});
}

QString Banner::text() const
{
    return m_text->fullText();
}

QPushButton *Banner::addButton(const QString &name, const QString &text)
{
    auto *button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setAccessibleName(text);
    button->setProperty("kind", u"link"_s);
    m_layout->addWidget(button);
    return button;
}

void Banner::paintEvent(QPaintEvent *)
{
    const Colours &c = Theme::instance().colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(mixed(c.panel, c.of(m_tone), 0.35));
    painter.setBrush(c.fillOf(m_tone));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

void Banner::paintIcon()
{
    m_icon->setPixmap(iconPixmap(
        iconFor(m_tone), Theme::instance().colours().of(m_tone), 16, devicePixelRatioF()));
}

} // namespace signalbox
