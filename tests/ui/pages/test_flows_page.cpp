// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_flow.h"
#include "tests/ui/support/fake_context.h"
#include "ui/models/flow_step_model.h"
#include "ui/pages/flow_view.h"
#include "ui/pages/flows_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/metric_chart.h"
#include "ui/widgets/plain_label.h"

#include <QtCore/QJsonArray>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPlainTextEdit>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

using namespace Qt::StringLiterals;
using namespace signalbox;
using namespace signalbox::test;
using signalbox::testing::FakeFlow;

namespace {

QJsonObject report(const QString &target)
{
    const QJsonArray columns{QJsonObject{{u"name"_s, u"age"_s}},
        QJsonObject{{u"name"_s, u"plan"_s}}, QJsonObject{{u"name"_s, u"label"_s}}};
    QJsonObject result{{u"columns"_s, columns}, {u"data"_s, QJsonObject{{u"rows"_s, 7043}}},
        {u"preview"_s,
            QJsonObject{{u"columns"_s, QJsonArray{u"age"_s, u"plan"_s, u"label"_s}},
                {u"rows"_s, QJsonArray{QJsonArray{u"31"_s, u"basic"_s, u"1"_s}}}}}};
    if (target.isEmpty())
        return result;
    result[u"problem"_s] = u"binary"_s;
    result[u"suitable"_s] = QJsonArray{u"XGBoost"_s, u"LogisticRegression"_s};
    result[u"target"_s] = QJsonObject{{u"name"_s, target}};
    return result;
}

} // namespace

class TestFlowsPage final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(); }

    void init()
    {
        m_flow = nullptr;
        m_inspected.clear();
        m_failure.reset();
        m_context = std::make_unique<FakeContext>();
        m_context->connectFake();
        m_page = std::make_unique<FlowsPage>(*m_context);
        FlowMakers makers;
        makers.pipeline = [this](const PipelineSpec &spec) {
            m_spec = spec;
            auto flow = std::make_unique<FakeFlow>();
            m_flow = flow.get();
            return flow;
        };
        DataTools tools;
        tools.inspect = [this](const DataSpec &data) {
            m_inspected.append(data.target);
            if (m_failure)
                return Call<QJsonObject>::finished(Failure(*m_failure));
            return Call<QJsonObject>::finished(report(data.target));
        };
        tools.makeDemo = [](const QString &name) {
            return Call<DemoData>::finished(DemoData{u"/tmp/"_s + name + u".csv"_s, u"label"_s});
        };
        m_page->setMakers(makers, tools);
        m_page->resize(1260, 780);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activate();
    }

    void cleanup()
    {
        m_page.reset();
        m_context.reset();
    }

    void theFormSaysWhatIsMissing()
    {
        QVERIFY(!launch()->isEnabled());
        QVERIFY(
            m_page->findChild<PlainLabel *>(u"launchWhy"_s)->fullText().contains(u"data file"_s));
    }

    void choosingAFileShowsItAndDetectsTheProblem()
    {
        m_context->dialogs().file = u"/data/churn.csv"_s;
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"browseDataButton"_s), Qt::LeftButton);
        auto *target = m_page->findChild<QComboBox *>(u"targetCombo"_s);
        QTRY_COMPARE(target->currentText(), u"label"_s);
        QTRY_VERIFY(facts().contains(u"detected: binary"_s));
        QVERIFY(facts().contains(u"7,043 rows"_s));
        QCOMPARE(m_page->findChild<DataTable *>(u"dataPreview"_s)->model()->rowCount(), 1);
        QCOMPARE(m_page->findChild<QLineEdit *>(u"modelNameEdit"_s)->text(), u"churn"_s);
        QTRY_VERIFY(launch()->isEnabled());
        target->setCurrentText(u"plan"_s);
        QTRY_COMPARE(m_inspected.constLast(), u"plan"_s);
    }

    void aFileThatCannotBeReadIsSaidInTheForm()
    {
        m_failure = makeError(ErrorKind::InvalidInput, u"The file is empty."_s);
        m_context->dialogs().file = u"/data/empty.csv"_s;
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"browseDataButton"_s), Qt::LeftButton);
        auto *error = m_page->findChild<PlainLabel *>(u"dataError"_s);
        QTRY_VERIFY(error->isVisible());
        QVERIFY(error->fullText().contains(u"The file is empty."_s));
        QVERIFY(!launch()->isEnabled());
    }

    void launchingShowsTheFlowLive()
    {
        start();
        QCOMPARE(m_spec.model, u"churn"_s);
        QCOMPARE(m_spec.trials, 7);
        auto *steps = m_page->findChild<QListView *>(u"flowSteps"_s);
        QTRY_VERIFY(steps->isVisible());
        QCOMPARE(steps->model()->rowCount(), 3);
        m_flow->setStepState(u"inspect"_s, StepState::Done, u"7,043 rows"_s);
        QTRY_COMPARE(steps->model()->index(0, 0).data(FlowStepModel::DetailRole).toString(),
            u"7,043 rows"_s);
        Q_EMIT m_flow->logLine(u"info"_s, u"split 4225/1409"_s);
        auto *log = m_page->findChild<QPlainTextEdit *>(u"flowLogText"_s);
        QVERIFY(log->toPlainText().contains(u"split 4225/1409"_s));
        Q_EMIT m_flow->metric(u"hpo_best"_s, 0.9, 1);
        Q_EMIT m_flow->metric(u"hpo_best"_s, 0.91, 2);
        QTRY_VERIFY(m_page->findChild<MetricChart *>());
        QCOMPARE(m_context->tasks().tasks().size(), 1);
        m_flow->succeed({{u"run_id"_s, u"r"_s}});
        QTRY_COMPARE(m_context->tasks().tasks().size(), 0);
    }

    void aReasonToKeepALeakIsEmptyUntilSomebodyGivesOne()
    {
        start();
        QCOMPARE(m_spec.data.allowLeakage, QString());
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"launchPipeline"_s), Qt::LeftButton);
        auto *reason = m_page->findChild<QLineEdit *>(u"keepLeaksEdit"_s);
        QTRY_VERIFY(reason->isVisible());
        reason->setText(u" known before the outcome "_s);
        QTest::mouseClick(launch(), Qt::LeftButton);
        QCOMPARE(m_spec.data.allowLeakage, u"known before the outcome"_s);
        QCOMPARE(m_spec.data.target, u"label"_s);
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"launchPipeline"_s), Qt::LeftButton);
        m_context->dialogs().file = u"/data/other.csv"_s;
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"browseDataButton"_s), Qt::LeftButton);
        QVERIFY2(reason->text().isEmpty(), "a reason is about one table");
    }

    void cancelReachesTheFlow()
    {
        start();
        m_page->findChild<QAction *>(u"cancelFlowAction"_s)->trigger();
        QTRY_COMPARE(m_page->registry().at(0)->state(), FlowState::Cancelled);
        auto *recent = m_page->findChild<DataTable *>(u"recentFlows"_s);
        QVERIFY(recent->model()->index(0, 0).data().toString().contains(u"Pipeline churn"_s));
    }

    void aFlowSurvivesLookingAtAForm()
    {
        start();
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"launchTrainer"_s), Qt::LeftButton);
        QVERIFY(!m_page->findChild<FlowView *>()->isVisible());
        QCOMPARE(m_page->registry().runningCount(), 1);
        auto *recent = m_page->findChild<DataTable *>(u"recentFlows"_s);
        const QRect row = recent->visualRect(recent->model()->index(0, 0));
        QTest::mouseClick(recent->viewport(), Qt::LeftButton, {}, row.center());
        QVERIFY(m_page->findChild<FlowView *>()->isVisible());
    }

    void theDemoStartsByItself()
    {
        PageTarget target;
        target.action = u"demo"_s;
        m_page->openTarget(target);
        QTRY_VERIFY(m_flow);
        QCOMPARE(m_spec.data.file, u"/tmp/breast_cancer.csv"_s);
        QCOMPARE(m_spec.data.target, u"label"_s);
    }

    void disconnectingEndsTheFlowButKeepsItsRecord()
    {
        start();
        m_context->disconnectFake();
        QCOMPARE(m_page->registry().at(0)->state(), FlowState::Cancelled);
        QCOMPARE(m_context->tasks().tasks().size(), 0);
    }

private:
    void start()
    {
        m_context->dialogs().file = u"/data/churn.csv"_s;
        QTest::mouseClick(m_page->findChild<QPushButton *>(u"browseDataButton"_s), Qt::LeftButton);
        m_page->findChild<QSpinBox *>(u"trialsSpin"_s)->setValue(7);
        QTRY_VERIFY(launch()->isEnabled());
        QTest::mouseClick(launch(), Qt::LeftButton);
        QVERIFY(m_flow);
    }
    [[nodiscard]] QPushButton *launch() const
    {
        return m_page->findChild<QPushButton *>(u"launchButton"_s);
    }
    [[nodiscard]] QString facts() const
    {
        return m_page->findChild<PlainLabel *>(u"dataFacts"_s)->fullText();
    }
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<FlowsPage> m_page;
    FakeFlow *m_flow = nullptr;
    PipelineSpec m_spec;
    QStringList m_inspected;
    std::optional<Error> m_failure;
};

QTEST_MAIN(TestFlowsPage)
#include "test_flows_page.moc"
