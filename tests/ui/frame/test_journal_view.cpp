// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/fake_mlflow.h"
#include "tests/ui/support/fake_context.h"
#include "ui/dialogs/parked_dialog.h"
#include "ui/models/journal_models.h"
#include "ui/pages/journal_view.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QTest>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTableWidget>

#include <optional>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

//! What waits in the journal, and what a person does about refused items.
class TestJournalView final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_mlflow = std::make_unique<FakeMlflow>();
        m_context = std::make_unique<FakeContext>();
        m_context->connectFake();
        m_context->fake().answerWith([this](const FakeRequest &request) {
            return std::optional(m_mlflow->down ? FakeReply::refused() : m_mlflow->answer(request));
        });
        m_view = std::make_unique<JournalView>(*m_context);
        m_view->resize(1100, 500);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }

    void cleanup()
    {
        m_view.reset();
        m_context.reset();
        m_mlflow.reset();
    }

    void anEmptyJournalSaysSo()
    {
        QVERIFY(!table(u"parkedTableView"_s)->isVisible());
        QVERIFY(!table(u"pendingRunsTableView"_s)->isVisible());
        QVERIFY(!button(u"parkedDropPushButton"_s)->isEnabled());
    }

    void aWaitingRunIsListedWithWhatItHolds()
    {
        m_mlflow->down = true;
        RunSession run = startRun();
        (void)run.logMetrics({{u"a"_s, 1.0, 0, 0, {}, {}, {}}, {u"b"_s, 2.0, 0, 0, {}, {}, {}}});
        QAbstractItemModel *rows = table(u"pendingRunsTableView"_s)->model();
        QTRY_COMPARE(rows->rowCount(), 1);
        QCOMPARE(rows->index(0, PendingRunsModel::Name).data().toString(), u"amber"_s);
        QTRY_COMPARE(rows->index(0, PendingRunsModel::Points).data().toString(), u"2"_s);
    }

    void aRefusedValueIsCorrectedAndArrives()
    {
        refuse({u"bad"_s});
        table(u"parkedTableView"_s)->selectRow(0);
        QVERIFY(button(u"parkedEditPushButton"_s)->isEnabled());
        QTest::mouseClick(button(u"parkedEditPushButton"_s), Qt::LeftButton);
        auto *dialog = m_view->findChild<ParkedDialog *>();
        QVERIFY(dialog);
        auto *send = dialog->findChild<QPushButton *>(u"parkedSendPushButton"_s);
        QVERIFY(!send->isEnabled()); // nothing was changed
        dialog->findChild<QLineEdit *>(u"parkedKeyLineEdit"_s)->setText(u"good"_s);
        dialog->findChild<QPlainTextEdit *>(u"parkedValuePlainTextEdit"_s)->setPlainText(u"2"_s);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(m_mlflow->onlyRun().params.value(u"good"_s), u"2"_s);
        QTRY_COMPARE(parkedRows(), 0);
    }

    void aRefusedVersionIsCorrectedWithItsTagsAndArrives()
    {
        NewModelVersion version;
        version.name = u"a:b"_s;
        version.source = u"s3://bucket/model"_s;
        version.tags = {{u"by"_s, u"me"_s}, {u"old"_s, u"x"_s}};
        (void)m_context->connector()->addModelVersion(version);
        QTRY_COMPARE(parkedRows(), 1);
        table(u"parkedTableView"_s)->selectRow(0);
        QTest::mouseClick(button(u"parkedEditPushButton"_s), Qt::LeftButton);
        auto *dialog = m_view->findChild<ParkedDialog *>();
        QVERIFY(dialog);
        auto *send = dialog->findChild<QPushButton *>(u"parkedSendPushButton"_s);
        auto *source = dialog->findChild<QLineEdit *>(u"parkedField_source"_s);
        QCOMPARE(source->text(), u"s3://bucket/model"_s);
        QVERIFY(!send->isEnabled()); // nothing was changed
        dialog->findChild<QLineEdit *>(u"parkedKeyLineEdit"_s)->setText(u"churn"_s);
        source->setText(u"s3://bucket/other"_s);
        auto *tags = dialog->findChild<QTableWidget *>(u"parkedTagTable"_s);
        QCOMPARE(tags->rowCount(), 3); // the last one is for a new tag
        tags->item(0, 1)->setText(u"you"_s);
        tags->item(1, 0)->setText({});
        tags->item(2, 0)->setText(u"new"_s);
        QCOMPARE(tags->rowCount(), 4);
        QTest::mouseClick(send, Qt::LeftButton);
        QTRY_COMPARE(m_mlflow->versions.keys(), QStringList{u"churn/1"_s});
        QCOMPARE(m_mlflow->sources.value(u"churn/1"_s), u"s3://bucket/other"_s);
        const QMap<QString, QString> sent = m_mlflow->versions.value(u"churn/1"_s);
        QCOMPARE(sent.value(u"by"_s), u"you"_s);
        QVERIFY(sent.contains(u"new"_s) && !sent.contains(u"old"_s));
        QTRY_COMPARE(parkedRows(), 0);
    }

    void droppingAsksAndForgetsAllThatIsSelected()
    {
        refuse({u"bad"_s, u"worse"_s});
        m_context->dialogs().yes = false;
        table(u"parkedTableView"_s)->selectAll();
        QVERIFY(!button(u"parkedEditPushButton"_s)->isEnabled()); // one at a time
        QTest::mouseClick(button(u"parkedDropPushButton"_s), Qt::LeftButton);
        QCOMPARE(m_context->dialogs().questions.size(), 1);
        QVERIFY(m_context->dialogs().questions.first().destructive);
        QVERIFY(m_context->dialogs().questions.first().detail.contains(u"param bad"_s));
        QCOMPARE(parkedRows(), 2);
        m_context->dialogs().yes = true;
        QTest::mouseClick(button(u"parkedDropPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(parkedRows(), 0);
        QTRY_VERIFY(m_context->connector()->journalStatus().parked.isEmpty());
    }

    void retryingAllSendsThemAgain()
    {
        refuse({u"bad"_s, u"worse"_s});
        m_mlflow->badKeys.clear();
        QTest::mouseClick(button(u"parkedRetryAllPushButton"_s), Qt::LeftButton);
        QTRY_COMPARE(m_mlflow->onlyRun().params.size(), 2);
        QTRY_COMPARE(parkedRows(), 0);
    }

    void aSelectionSurvivesNewRows()
    {
        ParkedModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        DataTable view;
        view.setModel(&model);
        model.setItems({parkedItem(3), parkedItem(7)});
        view.selectRow(1);
        model.setItems({parkedItem(3), parkedItem(5), parkedItem(7), parkedItem(9)});
        QCOMPARE(view.selectionModel()->selectedRows().first().row(), 2);
        model.setItems({parkedItem(7)});
        QCOMPARE(view.selectionModel()->selectedRows().first().row(), 0);
        QCOMPARE(model.item(0).sequence, 7);
    }

    void entriesAreSummedUpPerRun()
    {
        JournalItem create;
        create.run = LocalRunId(u"r1"_s);
        create.runName = u"amber"_s;
        create.kind = JournalKind::Create;
        create.sinceMs = 500;
        JournalItem values = create;
        values.kind = JournalKind::Metrics;
        values.points = 1000;
        values.sinceMs = 400;
        values.state = JournalItemState::Sending;
        JournalItem file = create;
        file.kind = JournalKind::File;
        JournalItem other = create;
        other.run = LocalRunId(u"r2"_s);
        other.reason = u"GET /version failed: the connection was refused."_s;
        const QList<PendingRun> runs = pendingByRun({create, values, file, other, parkedItem(9)});
        QCOMPARE(runs.size(), 2);
        QCOMPARE(runs.at(0).batches, 2);
        QCOMPARE(runs.at(0).points, 1000);
        QCOMPARE(runs.at(0).files, 1);
        QCOMPARE(runs.at(0).sinceMs, 400);
        QCOMPARE(runs.at(0).state, JournalItemState::Sending);
        PendingRunsModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRuns(runs);
        QVERIFY(model.index(0, PendingRunsModel::Why).data().toString().isEmpty());
        model.setRuns({runs.at(1)});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0, PendingRunsModel::Why).data().toString(), other.reason);
    }

private:
    static JournalItem parkedItem(qint64 sequence)
    {
        JournalItem item;
        item.sequence = sequence;
        item.state = JournalItemState::Parked;
        return item;
    }
    [[nodiscard]] RunSession startRun()
    {
        RunSpec spec;
        spec.experiment = u"churn"_s;
        spec.name = u"amber"_s;
        return m_context->connector()->startRun(spec);
    }
    //! A run whose params of these names are parked.
    void refuse(const QStringList &keys)
    {
        RunSession run = startRun();
        for (const QString &key : keys) {
            m_mlflow->badKeys.insert(key);
            (void)run.logParams({{key, u"1"_s}});
        }
        (void)run.finish();
        QTRY_COMPARE(parkedRows(), keys.size());
    }
    [[nodiscard]] int parkedRows() const
    {
        return table(u"parkedTableView"_s)->model()->rowCount();
    }
    [[nodiscard]] DataTable *table(const QString &name) const
    {
        auto *found = m_view->findChild<DataTable *>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return found;
    }
    [[nodiscard]] QPushButton *button(const QString &name) const
    {
        return m_view->findChild<QPushButton *>(name);
    }
    std::unique_ptr<FakeMlflow> m_mlflow;
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<JournalView> m_view;
};

QTEST_MAIN(TestJournalView)
#include "test_journal_view.moc"
