// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/fake_context.h"
#include "ui/pages/run_actions.h"
#include "ui/pages/run_detail.h"
#include "ui/pages/runs_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtGui/QClipboard>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QApplication>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QTabWidget>
#include <QtWidgets/QTreeView>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;

namespace {

const QString kSearch = u"/api/2.0/mlflow/runs/search"_s;

QJsonObject runJson(int number, const QString &name)
{
    const QJsonArray metrics{
        QJsonObject{{u"key"_s, u"test_roc_auc"_s}, {u"value"_s, 0.9 + number * 0.001},
            {u"timestamp"_s, 1}, {u"step"_s, 0}},
        QJsonObject{{u"key"_s, u"loss"_s}, {u"value"_s, 0.2}, {u"timestamp"_s, 1}, {u"step"_s, 5}}};
    return {
        {u"info"_s,
            QJsonObject{{u"run_id"_s, u"%1"_s.arg(number, 32, 16, QLatin1Char('0'))},
                {u"run_name"_s, name}, {u"experiment_id"_s, u"1"_s}, {u"status"_s, u"FINISHED"_s},
                {u"start_time"_s, qint64(1'700'000'000'000)},
                {u"end_time"_s, qint64(1'700'000'061'000)},
                {u"artifact_uri"_s,
                    u"mlflow-artifacts:/1/%1/artifacts"_s.arg(number, 32, 16, QLatin1Char('0'))},
                {u"lifecycle_stage"_s, u"active"_s}}},
        {u"data"_s,
            QJsonObject{{u"metrics"_s, metrics},
                {u"params"_s,
                    QJsonArray{QJsonObject{
                        {u"key"_s, u"depth"_s}, {u"value"_s, QString::number(number)}}}}}}};
}

FakeReply runs(const QStringList &names)
{
    QJsonArray all;
    for (int i = 0; i < names.size(); ++i)
        all.append(runJson(i + 1, names.at(i)));
    return FakeReply::json(QJsonObject{{u"runs"_s, all}});
}

} // namespace

class TestRunsPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_context = std::make_unique<FakeContext>();
        m_context->connectFake();
        fake().on(Verb::Post, kSearch, runs({u"amber-lynx"_s, u"<b>bold</b>"_s, u"quiet-finch"_s}));
        fake().on(Verb::Get, u"/api/2.0/mlflow/runs/get"_s,
            FakeReply::json(QJsonObject{{u"run"_s, runJson(1, u"amber-lynx"_s)}}));
        fake().on(
            Verb::Get, u"/api/2.0/mlflow/metrics/get-history"_s, FakeReply::json(R"({"metrics": [
            {"key": "loss", "value": 0.9, "timestamp": 1, "step": 0},
            {"key": "loss", "value": 0.2, "timestamp": 2, "step": 5}]})"));
        showNewPage();
        QTRY_VERIFY(m_page->isReady());
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void showsTheRunsOfTheExperiment()
    {
        QCOMPARE(table()->model()->rowCount(), 3);
        QCOMPARE(cell(0), u"amber-lynx"_s);
        QCOMPARE(cell(1), u"<b>bold</b>"_s); // as it is, not as markup
        QVERIFY(!table()->model()->index(1, 0).data(Qt::ToolTipRole).toString().contains(u"<b>"_s));
        const QAbstractItemModel *model = table()->model();
        QStringList headers;
        for (int i = 0; i < model->columnCount(); ++i)
            headers.append(model->headerData(i, Qt::Horizontal).toString());
        QVERIFY(headers.contains(u"test_roc_auc"_s));
        QVERIFY(headers.contains(u"depth"_s));
    }

    void theFilterGoesToTheServerAndItsRefusalIsShown()
    {
        auto *edit = m_page->findChild<QLineEdit *>(u"runQueryEdit"_s);
        fake().once(Verb::Post, kSearch,
            FakeReply::mlflowError(400, u"INVALID_PARAMETER_VALUE"_s, u"Invalid clause: <i>OR"_s));
        QTest::keyClicks(edit, u"metrics.a > 1 OR x"_s);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE(lastFilter(), u"metrics.a > 1 OR x"_s);
        auto *refusal = m_page->findChild<PlainLabel *>(u"runQueryRefusal"_s);
        QTRY_VERIFY(refusal->isVisible());
        QVERIFY(refusal->fullText().contains(u"Invalid clause: <i>OR"_s));
        QCOMPARE(table()->model()->rowCount(), 3); // what was there stays
        QTest::keyClick(edit, Qt::Key_Escape);
        QTRY_VERIFY(!refusal->isVisible());
        QTRY_VERIFY(lastFilter().isEmpty());
        QVERIFY(edit->text().isEmpty());
    }

    void aQuickFilterIsPartOfTheQuery()
    {
        auto *chip = m_page->findChild<QPushButton *>(u"statusFilterButton"_s);
        for (QAction *action : chip->menu()->actions()) {
            if (action->text() == u"Failed"_s)
                action->trigger();
        }
        QTRY_COMPARE(lastFilter(), u"attributes.status = 'FAILED'"_s);
        QCOMPARE(chip->text(), u"Failed"_s);
    }

    void aClickOnAHeaderSortsOnTheServer()
    {
        int column = 0;
        while (table()->model()->headerData(column, Qt::Horizontal).toString() != u"test_roc_auc"_s)
            ++column;
        QHeaderView *header = table()->horizontalHeader();
        table()->scrollTo(table()->model()->index(0, column));
        const int x = header->sectionViewportPosition(column) + 20;
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, QPoint(x, 10));
        QTRY_COMPARE(fake().last(Verb::Post, kSearch).json().value(u"order_by"_s).toArray().at(0),
            QJsonValue(u"metrics.`test_roc_auc` DESC"_s));
    }

    void rowsAreCopiedAndExported()
    {
        table()->selectRow(0);
        m_page->findChild<QAction *>(u"copyRunRowsAction"_s)->trigger();
        QVERIFY(QApplication::clipboard()->text().contains(u"amber-lynx\tFinished"_s));
        m_context->dialogs().file = m_context->homePath() + u"/runs.csv"_s;
        table()->clearSelection();
        QTest::keyClick(table(), Qt::Key_E, Qt::ControlModifier);
        QFile file(m_context->dialogs().file);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray csv = file.readAll();
        QCOMPARE(csv.count('\n'), 4);
        QVERIFY(csv.contains("0.901"));
    }

    void deletingOffersUndo()
    {
        fake().on(Verb::Post, u"/api/2.0/mlflow/runs/delete"_s, FakeReply::json("{}"));
        fake().on(Verb::Post, u"/api/2.0/mlflow/runs/restore"_s, FakeReply::json("{}"));
        table()->selectRow(0);
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_Delete);
        auto *undo = m_page->findChild<QPushButton *>(u"undoDeleteButton"_s);
        QTRY_VERIFY(undo->isVisible());
        QCOMPARE(table()->model()->rowCount(), 2);
        QTest::mouseClick(undo, Qt::LeftButton);
        QTRY_COMPARE(fake().count(Verb::Post, u"/api/2.0/mlflow/runs/restore"_s), 1);
        QTRY_COMPARE(table()->model()->rowCount(), 3);
        QTRY_VERIFY(!undo->isVisible());
    }

    void renamingSendsTheName()
    {
        fake().on(Verb::Post, u"/api/2.0/mlflow/runs/update"_s,
            FakeReply::json(R"({"run_info": {"run_id": "x", "run_name": "better"}})"));
        m_context->dialogs().text = u"better"_s;
        table()->selectRow(2);
        QTest::keyClick(table(), Qt::Key_F2);
        QTRY_COMPARE(cell(2), u"better"_s);
        QCOMPARE(m_context->dialogs().textQuestions.constFirst().value, u"quiet-finch"_s);
    }

    void theBrowserGetsTheRunsPage()
    {
        QUrl opened;
        m_page->runActions().setOpenUrl([&opened](const QUrl &url) { opened = url; });
        table()->selectRow(0);
        QTest::keyClick(table(), Qt::Key_B, Qt::ControlModifier);
        QCOMPARE(opened.toString(),
            u"http://tracking.example.com:5000/#/experiments/1/runs/00000000000000000000000000000001"_s);
    }

    void enterOpensTheRunAndEscapeLeadsBack()
    {
        table()->setFocus();
        table()->selectRow(0);
        table()->setCurrentIndex(table()->model()->index(0, 0));
        QTest::keyClick(table(), Qt::Key_Return);
        auto *detail = m_page->findChild<RunDetail *>(u"runDetail"_s);
        QTRY_VERIFY(detail->isVisible() && detail->run().has_value());
        auto *params = detail->findChild<DataTable *>(u"runParams"_s);
        QCOMPARE(params->model()->index(0, 0).data().toString(), u"depth"_s);
        QTest::keyClick(detail, Qt::Key_Escape);
        QTRY_VERIFY(!detail->isVisible());
    }

    void filesArePreviewedAsPlainText()
    {
        fake().on(Verb::Get, u"/api/2.0/mlflow/artifacts/list"_s, FakeReply::json(R"({"files": [
            {"path": "note.md", "is_dir": false, "file_size": 9}]})"));
        fake().answerWith([](const FakeRequest &request) -> std::optional<FakeReply> {
            if (request.url.toString().contains(u"note.md"_s) && request.verb == Verb::Get)
                return FakeReply::text(200, "<b>hi</b>");
            return {};
        });
        PageTarget target;
        target.run = RunId(u"00000000000000000000000000000001"_s);
        m_page->openTarget(target);
        auto *tabs = m_page->findChild<QTabWidget *>(u"runTabs"_s);
        QTRY_VERIFY(tabs->isVisible());
        tabs->setCurrentIndex(2);
        auto *tree = m_page->findChild<QTreeView *>(u"artifactTree"_s);
        QTRY_COMPARE(tree->model()->rowCount(), 1);
        tree->setCurrentIndex(tree->model()->index(0, 0));
        auto *text = m_page->findChild<QPlainTextEdit *>(u"artifactText"_s);
        QTRY_COMPARE(text->toPlainText(), u"<b>hi</b>"_s);
    }

    void anOutageKeepsTheRowsWithTheirAge()
    {
        fake().on(Verb::Post, kSearch, FakeReply::refused());
        m_page->refresh();
        auto *retry = m_page->findChild<QPushButton *>(u"runsRetryButton"_s);
        QTRY_VERIFY(retry->isVisible());
        QCOMPARE(table()->model()->rowCount(), 3);
        fake().on(Verb::Post, kSearch, runs({u"only-one"_s}));
        QTest::mouseClick(retry, Qt::LeftButton);
        QTRY_COMPARE(table()->model()->rowCount(), 1);
        QVERIFY(!retry->isVisible());
    }

    void aWorkspaceThatWasNeverStartedIsOfferedAndNotAsked()
    {
        m_context->connectFake(ProfileStore::localWorkspaceName()); // its server does not run
        auto *start = m_page->findChild<QPushButton *>(u"emptyStartLocalPushButton"_s);
        QTRY_VERIFY(start->isVisible());
        QVERIFY(m_page->isReady());
        m_page->refresh();
        QCoreApplication::processEvents();
        QCOMPARE(fake().count(Verb::Post, u"/api/2.0/mlflow/experiments/search"_s), 0);
        QTest::mouseClick(start, Qt::LeftButton);
        QCOMPARE(m_context->workspaceStarts, 1);
        m_context->connectFake();
        QTRY_COMPARE(table()->model()->rowCount(), 2);
        QVERIFY(!start->isVisible());
    }

    void withoutExperimentsNothingPretendsToLoad()
    {
        m_page.reset();
        fake().on(Verb::Post, u"/api/2.0/mlflow/experiments/search"_s, FakeReply::refused());
        showNewPage();
        QTRY_VERIFY(m_page->isReady());
        auto *empty = m_page->findChild<QWidget *>(u"runsEmpty"_s);
        QTRY_VERIFY(empty->isVisible());
        QTRY_COMPARE(empty->accessibleName(), u"No runs to show"_s);
    }

    void isReadyOnlyWithItsCurves()
    {
        m_page.reset();
        fake().on(Verb::Get, u"/api/2.0/mlflow/metrics/get-history"_s, FakeReply::hanging());
        showNewPage();
        QTRY_COMPARE(table()->model()->rowCount(), 3);
        QTRY_VERIFY(fake().count(Verb::Get, u"/api/2.0/mlflow/metrics/get-history"_s) > 0);
        QVERIFY(!m_page->isReady());
    }

    void disconnectingCancelsEverything()
    {
        m_page->refresh();
        m_context->disconnectFake();
        QCoreApplication::processEvents();
        QVERIFY(m_page->isReady());
    }

private:
    void showNewPage()
    {
        m_page = std::make_unique<RunsPage>(*m_context);
        m_page->resize(1260, 780);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activate();
    }
    FakeTransport &fake() { return m_context->fake(); }
    [[nodiscard]] DataTable *table() const
    {
        return m_page->findChild<DataTable *>(u"runsTable"_s);
    }
    [[nodiscard]] QString cell(int row) const
    {
        return table()->model()->index(row, 0).data().toString();
    }
    QString lastFilter()
    {
        return fake().last(Verb::Post, kSearch).json().value(u"filter"_s).toString();
    }

    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<RunsPage> m_page;
};

QTEST_MAIN(TestRunsPage)
#include "test_runs_page.moc"
