// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/models/fake_source.h"
#include "ui/models/gate_table_model.h"
#include "ui/models/registered_models_model.h"

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::testing;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;

GateResult gate(
    const QString &id, Verdict verdict, const QJsonValue &limit, const QJsonValue &actual)
{
    GateResult g;
    g.id = id;
    g.title = id;
    g.verdict = verdict;
    g.limit = limit;
    g.actual = actual;
    return g;
}

mlflow::RegisteredModel registered(const QString &name)
{
    mlflow::RegisteredModel model;
    model.name = name;
    mlflow::ModelVersion version;
    version.version = u"3"_s;
    version.stage = u"Production"_s;
    model.latestVersions = {version};
    return model;
}

} // namespace

class TestListModels final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void gatesReadAsRules()
    {
        GateTableModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        model.setGates({gate(u"metric_at_least:test_roc_auc"_s, Verdict::Pass, 0.7, 0.93),
            gate(u"shadow_error_rate"_s, Verdict::Fail, 0.01, 0.5),
            gate(u"signature_present"_s, Verdict::Missing, true, QJsonValue())});
        const auto text = [&](int row, int column) {
            return model.index(row, column).data().toString();
        };
        QCOMPARE(text(0, GateTableModel::LimitColumn), u"≥ 0.7000"_s);
        QCOMPARE(text(0, GateTableModel::ActualColumn), u"0.9300"_s);
        QCOMPARE(text(1, GateTableModel::LimitColumn), u"≤ 0.0100"_s);
        QCOMPARE(text(2, GateTableModel::LimitColumn), u"required"_s);
        QCOMPARE(text(2, GateTableModel::ActualColumn), u"missing"_s);
        QCOMPARE(model.index(1, 0).data(Qt::AccessibleTextRole).toString(), u"failed"_s);
        QCOMPARE(model.index(1, 0).data(StatusRole).toInt(), static_cast<int>(Verdict::Fail));
    }

    void registeredModelsAreSortedAndKeptWhenAReloadFails()
    {
        FakeSource<mlflow::Page<mlflow::RegisteredModel>, QString> source;
        RegisteredModelsModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        model.setSource([&](const QString &token) { return source(token); });
        model.reload();
        source.answer(0, {{registered(u"wine"_s)}, u"t"_s});
        QTRY_COMPARE(source.asked.size(), 2U);
        source.answer(1, {{registered(u"churn"_s)}, {}});
        QTRY_COMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, 0).data().toString(), u"churn"_s);
        QCOMPARE(
            model.index(0, 0).data(RegisteredModelsModel::StagesRole).toString(), u"Production"_s);
        QCOMPARE(model.rowOf(u"wine"_s), 1);
        model.reload();
        source.fail(2, ErrorKind::Network, u"gone"_s);
        QTRY_COMPARE(model.state(), RegisteredModelsModel::State::Failed);
        QCOMPARE(model.rowCount(), 2);
    }
};

QTEST_MAIN(TestListModels)
#include "test_list_models.moc"
