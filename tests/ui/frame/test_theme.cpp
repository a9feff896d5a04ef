// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/dialogs.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QPushButton>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace signalbox;

namespace {

QColor inkOf(const QIcon &icon, QIcon::Mode mode = QIcon::Normal)
{
    const QImage image = icon.pixmap(QSize(64, 64), mode).toImage();
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixelColor(x, y).alpha() == 255)
                return image.pixelColor(x, y);
        }
    }
    return {};
}

double luminance(const QColor &colour)
{
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

} // namespace

class TestTheme final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void switchingRecoloursWindowAndIcons()
    {
        Theme &theme = Theme::instance();
        theme.setChoice(ThemeChoice::Light);
        QWidget window;
        QPushButton button(u"Go"_s, &window);
        window.resize(200, 100);
        button.setGeometry(20, 20, 100, 32);
        const QIcon icon = themeIcon(u"runs"_s, Tint::Ink);
        const QColor lightPixel = window.grab().toImage().pixelColor(150, 90);
        QCOMPARE(inkOf(icon), theme.colours().ink);
        QSignalSpy changed(&theme, &Theme::changed);
        theme.setChoice(ThemeChoice::Dark);
        QCOMPARE(changed.count(), 1);
        QVERIFY(theme.isDark());
        const QColor darkPixel = window.grab().toImage().pixelColor(150, 90);
        QVERIFY(lightPixel.lightness() > 200);
        QVERIFY(darkPixel.lightness() < 60);
        QCOMPARE(inkOf(icon), theme.colours().ink);
    }

    void choosingTheSameSchemeAgainSaysOnlyThatItWasChosen()
    {
        Theme &theme = Theme::instance();
        theme.setChoice(ThemeChoice::Light);
        QSignalSpy changed(&theme, &Theme::changed);
        QSignalSpy chosen(&theme, &Theme::choiceChanged);
        theme.setChoice(ThemeChoice::System); // offscreen is light
        QCOMPARE(changed.count(), 0);
        QCOMPARE(chosen.count(), 1);
        theme.toggle();
        QCOMPARE(theme.choice(), ThemeChoice::Dark);
    }

    void wordsOfChoicesAreReadBack()
    {
        for (const ThemeChoice choice :
            {ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark})
            QCOMPARE(themeChoiceFrom(nameOf(choice)), choice);
        QCOMPARE(themeChoiceFrom(u"purple"_s), ThemeChoice::System);
    }

    void textIsReadableInBothSchemes()
    {
        for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
            const Colours &c = coloursFor(scheme);
            QVERIFY(contrast(c.ink, c.panel) > 7.0);
            QVERIFY(contrast(c.muted, c.panel) > 4.0);
            QVERIFY(contrast(c.onAccent, c.accentFill) > 4.2);
            for (const Tone tone : {Tone::Info, Tone::Good, Tone::Warning, Tone::Bad})
                QVERIFY(contrast(c.of(tone), c.fillOf(tone)) > 3.0);
        }
    }

    void disabledIconsArePaler()
    {
        Theme::instance().setChoice(ThemeChoice::Light);
        const QIcon icon = themeIcon(u"flows"_s, Tint::Ink);
        QVERIFY(inkOf(icon, QIcon::Disabled).lightness() > inkOf(icon).lightness() + 40);
    }

    void unknownIconsAreNull()
    {
        QVERIFY(themeIcon(u"no-such-icon"_s).isNull());
        QVERIFY(!themeIcon(u"overview"_s).isNull());
    }

    void theConfirmingButtonOfADialogIsFilled()
    {
        Theme::instance().setChoice(ThemeChoice::Light);
        QWidget parent;
        WidgetDialogs dialogs;
        dialogs.askText(&parent, {u"Rename"_s, u"Name"_s, u"amber"_s, u"Rename"_s}, [](auto) {});
        auto *yes = parent.findChild<QPushButton *>(u"textConfirmPushButton"_s);
        QVERIFY(yes);
        const QImage picture = yes->grab().toImage();
        QCOMPARE(
            picture.pixelColor(8, picture.height() / 2), Theme::instance().colours().accentFill);
    }

    void everyWordOfTheStyleSheetIsReplaced()
    {
        QVERIFY(qApp->styleSheet().size() > 1000);
        QVERIFY2(!qApp->styleSheet().remove(u"@words are colours"_s).contains(u'@'),
            "a word of the style sheet has no colour");
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
