// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/frame/command_palette.h"
#include "ui/frame/main_window.h"
#include "ui/theme/theme.h"
#include "ui/widgets/toast.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QToolButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

namespace {

//! A page without a server: the frame is on trial here, not the pages.
class PlainPage final : public Page {
public:
    PlainPage(const QString &id, const QString &title, UiContext &context, QWidget *parent)
        : Page(id, title, context, parent)
    {
        action = makeAction(id % u"Do"_s, u"Do the "_s % id % u" thing"_s, u"play"_s);
        connect(action, &QAction::triggered, this, [this] { ++done; });
    }
    void refresh() override { ++refreshed; }
    void openTarget(const PageTarget &wanted) override { target = wanted; }
    [[nodiscard]] bool isReady() const override { return true; }
    [[nodiscard]] QList<QAction *> pageActions() const override { return {action}; }
    QAction *action = nullptr;
    PageTarget target;
    int refreshed = 0;
    int done = 0;
};

PageEntry plain(const QString &id, const QString &title)
{
    return {id, title, id, [id, title](UiContext &context, QWidget *parent) -> Page * {
                return new PlainPage(id, title, context, parent);
            }};
}

std::vector<PageEntry> plainPages()
{
    return {plain(u"overview"_s, u"Overview"_s), plain(u"runs"_s, u"Runs"_s),
        plain(u"settings"_s, u"Settings"_s)};
}

} // namespace

class TestMainWindow final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        Theme::instance().setChoice(ThemeChoice::Light);
        Theme::instance().install();
    }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        openWindow();
    }

    void cleanup()
    {
        m_window.reset();
        m_context.reset();
    }

    void clicksAndKeysChangeThePage()
    {
        QTest::mouseClick(child<QPushButton>(u"runsNavPushButton"_s), Qt::LeftButton);
        QCOMPARE(m_window->currentPage()->id(), u"runs"_s);
        QVERIFY(child<QPushButton>(u"runsNavPushButton"_s)->isChecked());
        QVERIFY(m_window->windowTitle().contains(u"Runs"_s));
        QTest::keyClick(m_window.get(), Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(m_window->currentPage()->id(), u"settings"_s);
        QTest::keyClick(m_window.get(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(m_window->currentPage()->id(), u"runs"_s);
    }

    void pagesAreMadeOnTheirFirstVisitAndKept()
    {
        QVERIFY(!m_window->page(u"runs"_s));
        m_window->showPage(u"runs"_s);
        const Page *first = m_window->page(u"runs"_s);
        QVERIFY(first);
        m_window->showPage(u"overview"_s);
        m_window->showPage(u"runs"_s);
        QCOMPARE(m_window->page(u"runs"_s), first);
    }

    void pagesLeadToThings()
    {
        m_context->openRun(RunId(u"r42"_s));
        QCOMPARE(m_window->currentPage()->id(), u"runs"_s);
        QCOMPARE(plainPage()->target.run, RunId(u"r42"_s));
    }

    void refreshKeyAsksThePage()
    {
        m_window->showPage(u"runs"_s);
        QTest::keyClick(m_window.get(), Qt::Key_F5);
        QCOMPARE(plainPage()->refreshed, 1);
    }

    void thePaletteFindsAndRunsACommand()
    {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        CommandPalette &palette = m_window->commandPalette();
        QVERIFY(palette.isVisible());
        auto *field = child<QLineEdit>(u"commandPaletteLineEdit"_s);
        QTest::keyClicks(field, u"go to sett"_s);
        QVERIFY(palette.model().rowCount() >= 1);
        QCOMPARE(palette.model().entry(0).text, u"Go to Settings"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!palette.isVisible());
        QTRY_COMPARE(m_window->currentPage()->id(), u"settings"_s);
    }

    void thePaletteKnowsTheActionsOfThePage()
    {
        QTest::mouseClick(child<QPushButton>(u"commandPushButton"_s), Qt::LeftButton);
        auto *field = child<QLineEdit>(u"commandPaletteLineEdit"_s);
        QTest::keyClicks(field, u"do the overview"_s);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(plainPage()->done, 1);
    }

    void escapeLeavesThePalette()
    {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        QTest::keyClick(child<QLineEdit>(u"commandPaletteLineEdit"_s), Qt::Key_Escape);
        QVERIFY(!m_window->commandPalette().isVisible());
        QCOMPARE(m_window->currentPage()->id(), u"overview"_s);
    }

    void thePaletteListsExperimentsOfTheServer()
    {
        m_context->connectFake();
        QTRY_COMPARE(m_context->fake().count(Verb::Get, u"/version"_s), 1);
        QTRY_VERIFY(child<QPushButton>(u"breakerStatusPushButton"_s)->text().contains(u"closed"_s));
        m_window->openPalette();
        const PaletteModel &model = m_window->commandPalette().model();
        const int before = model.rowCount();
        QTRY_COMPARE(model.rowCount(), before + 1);
        QCOMPARE(model.entry(before).text, u"churn"_s);
        m_window->commandPalette().close();
        model.entry(before).run();
        QCOMPARE(plainPage()->target.experiment, u"churn"_s);
    }

    void theThemeButtonSwitches()
    {
        QVERIFY(!Theme::instance().isDark());
        QTest::mouseClick(child<QToolButton>(u"themeToolButton"_s), Qt::LeftButton);
        QVERIFY(Theme::instance().isDark());
        QTest::keyClick(m_window.get(), Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!Theme::instance().isDark());
    }

    void theStateComesBack()
    {
        m_window->showPage(u"runs"_s);
        m_window->resize(1111, 700);
        m_window->close();
        openWindow();
        QCOMPARE(m_window->rememberedPage(), u"runs"_s);
        QCOMPARE(m_window->size(), QSize(1111, 700));
    }

    void closingAsksWhileTasksRun()
    {
        QSignalSpy closed(m_window.get(), &MainWindow::closed);
        Task task;
        task.title = u"Pipeline churn"_s;
        const int id = m_context->tasks().begin(task);
        QTRY_VERIFY(child<QPushButton>(u"tasksStatusPushButton"_s)->isVisible());
        m_context->dialogs().yes = false;
        m_window->close();
        QCOMPARE(closed.count(), 0);
        QVERIFY(m_window->isVisible());
        QVERIFY(m_context->dialogs().questions.first().text.contains(u"Pipeline churn"_s));
        m_context->tasks().end(id);
        m_window->close();
        QCOMPARE(closed.count(), 1);
    }

    void messagesAppearAndAreDismissed()
    {
        m_context->notify(Tone::Good, u"Exported 3 runs <b>"_s);
        QCOMPARE(m_window->toasts().texts(), QStringList{u"Exported 3 runs <b>"_s});
        QTest::mouseClick(child<QToolButton>(u"toastCloseToolButton"_s), Qt::LeftButton);
        QTRY_VERIFY(m_window->toasts().texts().isEmpty());
    }

    void theConnectionMenuListsTheProfiles()
    {
        Profile profile;
        profile.name = u"prod-tracking"_s;
        profile.url = QUrl(u"http://tracking.example.com:5000"_s);
        QVERIFY(m_context->store().save(profile).hasValue());
        QMenu *menu = child<QPushButton>(u"connectionPushButton"_s)->menu();
        Q_EMIT menu->aboutToShow();
        QStringList texts;
        for (QAction *action : menu->actions())
            texts.append(action->text());
        QVERIFY(texts.contains(u"prod-tracking"_s));
        menu->actions().at(texts.indexOf(u"prod-tracking"_s))->trigger();
        QCOMPARE(m_context->switched, QStringList{u"prod-tracking"_s});
    }

    void everyControlHasANameForScreenReaders()
    {
        for (const QAbstractButton *button : m_window->findChildren<QAbstractButton *>()) {
            if (button->inherits("QLineEditIconButton")) // Qt's own, inside a line edit
                continue;
            QVERIFY2(!button->objectName().isEmpty(), button->metaObject()->className());
            QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(),
                qPrintable(button->objectName()));
        }
    }

private:
    void openWindow()
    {
        m_window = std::make_unique<MainWindow>(
            *m_context, plainPages(), m_context->homePath() + u"/window.ini"_s);
        m_window->showPage(m_window->rememberedPage());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->activateWindow();
    }
    template <typename T> [[nodiscard]] T *child(const QString &name) const
    {
        T *found = m_window->findChild<T *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    [[nodiscard]] PlainPage *plainPage() const
    {
        return static_cast<PlainPage *>(m_window->currentPage());
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
