// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_flow.h"
#include "ui/models/flow_registry.h"
#include "ui/models/flow_step_model.h"

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::testing;
using namespace Qt::StringLiterals;

namespace {

struct Started {
    FlowRegistry registry;
    FakeFlow *flow = nullptr;
    TrackedFlow *run = nullptr;
    Started()
    {
        auto owned = std::make_unique<FakeFlow>();
        flow = owned.get();
        run = registry.start(std::move(owned), u"churn"_s);
    }
};

} // namespace

class TestTrackedFlow final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stepsLogAndMetricsAreKept()
    {
        Started s;
        FlowStepModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setFlow(s.run);
        QCOMPARE(model.rowCount(), 3);
        QTRY_COMPARE(model.index(0).data(StatusRole).toInt(), static_cast<int>(StepState::Running));
        Q_EMIT s.flow->progress(u"rows"_s, 3, 7);
        QVERIFY(model.index(0).data(FlowStepModel::DetailRole).toString().contains(u"3 of 7"_s));
        s.flow->setStepState(u"inspect"_s, StepState::Done, u"7,043 rows"_s);
        QTRY_COMPARE(model.index(0).data(FlowStepModel::DetailRole).toString(), u"7,043 rows"_s);
        Q_EMIT s.flow->logLine(u"info"_s, u"one\ntwo"_s);
        const auto &log = s.run->log();
        QCOMPARE(log.constLast().text, u"two"_s);
        QVERIFY(log.constFirst().text.startsWith(u"Inspect data: running"_s));
        Q_EMIT s.flow->metric(u"loss"_s, 0.5, 1);
        Q_EMIT s.flow->metric(u"loss"_s, 0.4, 2);
        QCOMPARE(s.run->metrics().value(u"loss"_s).size(), 2);
        Q_EMIT s.flow->metric(u"loss"_s, 0.9, 1); // the next trial
        QCOMPARE(s.run->metrics().value(u"loss"_s).size(), 1);
    }

    void endsDoneWithItsDocument()
    {
        Started s;
        QCOMPARE(s.registry.runningCount(), 1);
        s.flow->succeed({{u"run_id"_s, u"r1"_s}});
        QTRY_COMPARE(s.run->state(), FlowState::Done);
        QCOMPARE(s.run->document().value(u"run_id"_s).toString(), u"r1"_s);
        QCOMPARE(s.registry.runningCount(), 0);
        QCOMPARE(s.registry.at(0), s.run);
        QCOMPARE(s.registry.byId(s.run->id()), s.run);
    }

    void refusedIsNotFailed()
    {
        Started s;
        s.flow->fail(makeError(ErrorKind::Refused, u"Gate said no."_s));
        QTRY_COMPARE(s.run->state(), FlowState::Refused);
        QVERIFY(s.run->document().value(u"partial"_s).toBool());
        Started other;
        other.flow->fail(makeError(ErrorKind::Engine, u"It crashed."_s));
        QTRY_COMPARE(other.run->state(), FlowState::Failed);
        QCOMPARE(other.run->error()->message, u"It crashed."_s);
    }

    void cancelReachesTheFlow()
    {
        Started s;
        QTRY_COMPARE(s.run->steps().at(0).state, StepState::Running);
        s.run->cancel();
        QVERIFY(s.flow->aborted);
        QTRY_COMPARE(s.run->state(), FlowState::Cancelled);
    }

    void theRecordSurvivesTheFlow()
    {
        Started s;
        QTRY_COMPARE(s.run->steps().at(0).state, StepState::Running);
        QSignalSpy changed(&s.registry, &FlowRegistry::changed);
        s.registry.releaseAll();
        QCOMPARE(s.run->state(), FlowState::Cancelled);
        QVERIFY(changed.size() >= 1);
        QCOMPARE(s.run->steps().size(), 3);
        s.run->cancel();
    }

    void theModelSurvivesTheFlow()
    {
        FlowStepModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        {
            Started s;
            model.setFlow(s.run);
            QCOMPARE(model.rowCount(), 3);
        }
        QCOMPARE(model.rowCount(), 0);
    }

    void opensTheParentRun()
    {
        Started s;
        Q_EMIT s.flow->runLinked(u"selection"_s, RunId(u"child"_s));
        QCOMPARE(s.run->mainRun(), RunId(u"child"_s));
        Q_EMIT s.flow->runLinked(u"pipeline"_s, RunId(u"parent"_s));
        QCOMPARE(s.run->mainRun(), RunId(u"parent"_s));
    }
};

QTEST_MAIN(TestTrackedFlow)
#include "test_tracked_flow.moc"
