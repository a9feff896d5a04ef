// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/dialogs/profile_dialog.h"
#include "ui/pages/settings_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/plain_label.h"
#include "ui/widgets/step_list.h"

#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QRadioButton>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

class TestSettingsPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_page = std::make_unique<SettingsPage>(*m_context);
        m_page->resize(1200, 900);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activate();
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void addsAConnectionAndUsesIt()
    {
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://mlflow.example.com"_s);
        QTest::mouseClick(dialogButton(u"profileSavePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        QCOMPARE(
            m_context->store().find(u"prod"_s).value().url, QUrl(u"https://mlflow.example.com"_s));
        QCOMPARE(m_context->switched, QStringList{u"prod"_s});
    }

    void aBadAddressIsExplainedAndCannotBeSaved()
    {
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"ftp://mlflow.example.com"_s);
        QVERIFY(!dialogButton(u"profileSavePushButton"_s)->isEnabled());
        QVERIFY(dialogMessage().contains(u"http"_s));
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QTRY_VERIFY(!dialog());
        QCOMPARE(table()->model()->rowCount(), 1);
    }

    void aNameIsTakenOnce()
    {
        addProfile(u"prod"_s);
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://other.example.com"_s);
        QVERIFY(!dialogButton(u"profileSavePushButton"_s)->isEnabled());
        QVERIFY(dialogMessage().contains(u"already"_s));
    }

    void theDialogTestsTheServerBeforeSaving()
    {
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://mlflow.example.com"_s);
        QTest::mouseClick(dialogButton(u"profileTestPushButton"_s), Qt::LeftButton);
        auto *steps = dialog()->findChild<StepList *>();
        QTRY_VERIFY(steps->text().contains(u"3.17.2"_s));
        QTRY_VERIFY(steps->text().contains(u"Works"_s));
        m_context->testReply = FakeReply::refused();
        QTest::mouseClick(dialogButton(u"profileTestPushButton"_s), Qt::LeftButton);
        QTRY_VERIFY(steps->text().contains(u"refused"_s));
        QCOMPARE(m_context->tested.size(), 2);
    }

    void aTestThatHangsCanBeStopped()
    {
        m_context->testReply = FakeReply::hanging();
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://mlflow.example.com"_s);
        QTest::mouseClick(dialogButton(u"profileTestPushButton"_s), Qt::LeftButton);
        QCOMPARE(dialogButton(u"profileTestPushButton"_s)->text(), u"Stop"_s);
        QTest::mouseClick(dialogButton(u"profileTestPushButton"_s), Qt::LeftButton);
        QVERIFY(dialog()->findChild<StepList *>()->text().contains(u"cancelled"_s));
        QCOMPARE(dialogButton(u"profileTestPushButton"_s)->text(), u"Test"_s);
    }

    void aPasswordGoesIntoTheKeychainAndIsNeverShown()
    {
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://mlflow.example.com"_s);
        chooseBasic(u"ann"_s, u"pass-in-window-1"_s);
        QTest::mouseClick(dialogButton(u"profileSavePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(m_context->keychain->entries.size(), 1);
        QVERIFY(m_context->keychain->entries.first().contains("pass-in-window-1"));
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        QCOMPARE(table()->model()->index(1, 2).data().toString(), u"ann · keychain"_s);
        select(1);
        QTest::mouseClick(button(u"connectionEditPushButton"_s), Qt::LeftButton);
        QTRY_VERIFY(dialog() && dialog()->isVisible());
        auto *secret = dialog()->findChild<QLineEdit *>(u"profileSecretLineEdit"_s);
        QCOMPARE(secret->text(), QString());
        QCOMPARE(secret->echoMode(), QLineEdit::Password);
    }

    void withoutAKeychainANoticeStays()
    {
        m_context->keychain->trouble = u"KEYCHAIN_UNAVAILABLE"_s;
        QTest::mouseClick(button(u"connectionAddPushButton"_s), Qt::LeftButton);
        fillDialog(u"prod"_s, u"https://mlflow.example.com"_s);
        chooseBasic(u"ann"_s, u"pass-in-window-2"_s);
        QTest::mouseClick(dialogButton(u"profileSavePushButton"_s), Qt::LeftButton);
        auto *message = m_page->findChild<PlainLabel *>(u"connectionsMessageLabel"_s);
        QTRY_VERIFY(message->isVisible() && message->fullText().contains(u"forgotten"_s));
        QCOMPARE(table()->model()->index(1, 2).data().toString(), u"ann · until you quit"_s);
    }

    void aNewSecretForTheConnectionInUseRenewsIt()
    {
        addProfile(u"prod"_s);
        m_context->connectFake(u"prod"_s);
        m_page->refresh();
        PageTarget target;
        target.action = u"login"_s;
        m_page->openTarget(target);
        QTRY_VERIFY(dialog() && dialog()->isVisible());
        chooseBasic(u"ann"_s, u"pass-in-window-3"_s);
        QTest::mouseClick(dialogButton(u"profileSavePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(m_context->renewals, 1);
        QVERIFY(m_context->switched.isEmpty());
    }

    void anInsecureConnectionSaysSo()
    {
        Profile profile;
        profile.name = u"prod"_s;
        profile.url = QUrl(u"https://mlflow.example.com"_s);
        profile.insecure = true;
        QVERIFY(m_context->store().save(profile).hasValue());
        m_page->refresh();
        QCOMPARE(table()->model()->index(1, 3).data().toString(), u"insecure"_s);
    }

    void editsAndRenames()
    {
        addProfile(u"prod"_s);
        select(1);
        QTest::mouseClick(button(u"connectionEditPushButton"_s), Qt::LeftButton);
        fillDialog(u"production"_s, u"https://new.example.com"_s);
        QTest::mouseClick(dialogButton(u"profileSavePushButton"_s), Qt::LeftButton);
        QTRY_VERIFY(m_context->store().find(u"production"_s).hasValue());
        QVERIFY(!m_context->store().find(u"prod"_s).hasValue());
    }

    void removesAfterAsking()
    {
        addProfile(u"prod"_s);
        select(1);
        m_context->dialogs().yes = false;
        QTest::mouseClick(button(u"connectionRemovePushButton"_s), Qt::LeftButton);
        QCOMPARE(table()->model()->rowCount(), 2);
        m_context->dialogs().yes = true;
        QTest::mouseClick(button(u"connectionRemovePushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(table()->model()->rowCount(), 1);
        QVERIFY(m_context->dialogs().questions.last().destructive);
    }

    void theLocalWorkspaceStays()
    {
        select(0);
        QVERIFY(!button(u"connectionRemovePushButton"_s)->isEnabled());
        QVERIFY(!button(u"connectionEditPushButton"_s)->isEnabled());
    }

    void testsTheSelectedConnection()
    {
        addProfile(u"prod"_s);
        select(1);
        QTest::mouseClick(button(u"connectionTestPushButton"_s), Qt::LeftButton);
        QTRY_VERIFY(m_page->findChild<StepList *>()->text().contains(u"3.17.2"_s));
    }

    void choosesTheTheme()
    {
        auto *dark = m_page->findChild<QRadioButton *>(u"darkThemeRadioButton"_s);
        QTest::mouseClick(dark, Qt::LeftButton, {}, QPoint(8, dark->height() / 2));
        QVERIFY(Theme::instance().isDark());
        auto *light = m_page->findChild<QRadioButton *>(u"lightThemeRadioButton"_s);
        QTest::mouseClick(light, Qt::LeftButton, {}, QPoint(8, light->height() / 2));
        QVERIFY(!Theme::instance().isDark());
    }

    void openingWithATargetAsksForAConnection()
    {
        PageTarget target;
        target.action = u"add-connection"_s;
        m_page->openTarget(target);
        QVERIFY(dialog());
    }

private:
    void addProfile(const QString &name)
    {
        Profile profile;
        profile.name = name;
        profile.url = QUrl(u"https://mlflow.example.com"_s);
        QVERIFY(m_context->store().save(profile).hasValue());
        m_page->refresh();
    }
    void select(int row) { table()->selectRow(row); }
    [[nodiscard]] ProfileDialog *dialog() const
    {
        return m_page->window()->findChild<ProfileDialog *>();
    }
    [[nodiscard]] QPushButton *dialogButton(const QString &name) const
    {
        return dialog()->findChild<QPushButton *>(name);
    }
    [[nodiscard]] QString dialogMessage() const
    {
        return dialog()->findChild<PlainLabel *>(u"profileMessageLabel"_s)->fullText();
    }
    void fillDialog(const QString &name, const QString &url)
    {
        QTRY_VERIFY(dialog() && dialog()->isVisible());
        auto *nameEdit = dialog()->findChild<QLineEdit *>(u"profileNameLineEdit"_s);
        auto *urlEdit = dialog()->findChild<QLineEdit *>(u"profileUrlLineEdit"_s);
        nameEdit->clear();
        urlEdit->clear();
        QTest::keyClicks(nameEdit, name);
        QTest::keyClicks(urlEdit, url);
    }
    void chooseBasic(const QString &user, const QString &password) const
    {
        auto *kind = dialog()->findChild<QComboBox *>(u"profileAuthComboBox"_s);
        kind->setCurrentIndex(kind->findData(u"basic"_s));
        dialog()->findChild<QLineEdit *>(u"profileUserLineEdit"_s)->setText(user);
        QTest::keyClicks(dialog()->findChild<QLineEdit *>(u"profileSecretLineEdit"_s), password);
    }
    [[nodiscard]] QPushButton *button(const QString &name) const
    {
        auto *found = m_page->findChild<QPushButton *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    [[nodiscard]] DataTable *table() const
    {
        return m_page->findChild<DataTable *>(u"connectionsTableView"_s);
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<SettingsPage> m_page;
};

QTEST_MAIN(TestSettingsPage)
#include "test_settings_page.moc"
