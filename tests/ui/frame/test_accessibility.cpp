// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/frame/main_window.h"
#include "ui/theme/theme.h"

#include <QtCore/QSet>
#include <QtGui/QAccessible>
#include <QtTest/QTest>
#include <QtWidgets/QAbstractButton>
#include <QtWidgets/QAbstractItemView>
#include <QtWidgets/QAbstractSpinBox>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QSlider>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

namespace {

bool isInteractive(const QWidget *widget)
{
    return qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QLineEdit *>(widget)
        || qobject_cast<const QPlainTextEdit *>(widget)
        || qobject_cast<const QAbstractItemView *>(widget)
        || qobject_cast<const QAbstractSpinBox *>(widget) || qobject_cast<const QComboBox *>(widget)
        || qobject_cast<const QSlider *>(widget) || qobject_cast<const QProgressBar *>(widget);
}

//! Parts that Qt makes inside its own widgets; the whole is what has the name.
bool isPartOfAnother(const QWidget *widget)
{
    const QWidget *parent = widget->parentWidget();
    return qobject_cast<const QHeaderView *>(widget) || widget->objectName().startsWith(u"qt_"_s)
        || widget->inherits("QLineEditIconButton") || widget->inherits("QTableCornerButton")
        || widget->inherits("QComboBoxListView") || qobject_cast<const QComboBox *>(parent)
        || qobject_cast<const QAbstractSpinBox *>(parent)
        || (parent && parent->inherits("QTabBar"));
}

QString describe(const QWidget *widget)
{
    QString path;
    for (const QWidget *w = widget; w && !w->isWindow(); w = w->parentWidget())
        path.prepend(u'/' % QLatin1String(w->metaObject()->className()) % u':' % w->objectName());
    return path;
}

} // namespace

//! The window for people who do not see it or do not use a mouse.
class TestAccessibility final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_context->connectFake();
        m_window = std::make_unique<MainWindow>(*m_context, allPages(), QString());
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }

    void cleanup()
    {
        m_window.reset();
        m_context.reset();
    }

    void everyControlHasANameAndARole_data() { pages(); }
    void everyControlHasANameAndARole()
    {
        open();
        QStringList nameless;
        for (QWidget *widget : m_window->findChildren<QWidget *>()) {
            if (!isInteractive(widget) || isPartOfAnother(widget))
                continue;
            QAccessibleInterface *spoken = QAccessible::queryAccessibleInterface(widget);
            if (!spoken || spoken->role() == QAccessible::NoRole
                || spoken->text(QAccessible::Name).trimmed().isEmpty())
                nameless.append(describe(widget));
        }
        QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(u'\n')));
    }

    void everyControlIsReachedByTab_data() { pages(); }
    void everyControlIsReachedByTab()
    {
        open();
        QSet<const QWidget *> reached;
        QWidget *at = m_window.get();
        do {
            at = at->nextInFocusChain();
            if (at->focusPolicy() & Qt::TabFocus)
                reached.insert(at);
        } while (at != m_window.get());
        QStringList missed;
        for (QWidget *widget : m_window->findChildren<QWidget *>()) {
            if (!isInteractive(widget) || isPartOfAnother(widget) || !widget->isVisible()
                || qobject_cast<QProgressBar *>(widget))
                continue;
            const QWidget *target = widget->focusProxy() ? widget->focusProxy() : widget;
            if (!reached.contains(target))
                missed.append(describe(widget));
        }
        QVERIFY2(missed.isEmpty(), qPrintable(missed.join(u'\n')));
    }

    void everyPageHasAShortcutThatIsShown()
    {
        int number = 0;
        for (const PageEntry &entry : allPages()) {
            ++number;
            auto *button = m_window->findChild<QAbstractButton *>(entry.id % u"NavPushButton"_s);
            QVERIFY2(button, qPrintable(entry.id));
            const QString keys = u"Ctrl+%1"_s.arg(number);
            QVERIFY2(button->toolTip().contains(keys), qPrintable(button->toolTip()));
            QTest::keySequence(m_window.get(), QKeySequence(keys));
            QCOMPARE(m_window->currentPage()->id(), entry.id);
        }
    }

private:
    void pages()
    {
        QTest::addColumn<QString>("page");
        for (const PageEntry &entry : allPages())
            QTest::newRow(qPrintable(entry.id)) << entry.id;
    }
    void open()
    {
        QFETCH(QString, page);
        m_window->showPage(page);
        QTRY_VERIFY(m_window->currentPage()->isReady());
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestAccessibility)
#include "test_accessibility.moc"
