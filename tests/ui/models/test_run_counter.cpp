// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_counter.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Qt::StringLiterals;
using namespace signalbox;

//! The numbers beside the experiments: cheap, and honest about what was not counted.
class TestRunCounter final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneQuestionAtATimeAndAtLeastIsSaid()
    {
        QList<mlflow::RunQuery> asked;
        RunCounter counter;
        QSignalSpy counted(&counter, &RunCounter::counted);
        counter.setSource([&asked](const mlflow::RunQuery &query) {
            asked.append(query);
            mlflow::Page<mlflow::Run> page;
            const bool many = query.experimentIds.first() == ExperimentId(u"2"_s);
            page.items.resize(many ? RunCounter::kPage : 3);
            page.nextToken = many ? u"more"_s : QString();
            return Call<mlflow::Page<mlflow::Run>>::finished(page);
        });
        counter.count({u"1"_s, u"2"_s});
        QTRY_COMPARE(counted.count(), 2);
        QCOMPARE(counted.at(0), (QVariantList{u"1"_s, 3, false}));
        QCOMPARE(counted.at(1), (QVariantList{u"2"_s, RunCounter::kPage, true}));
        QCOMPARE(asked.first().maxResults, RunCounter::kPage);
    }

    void theFirstFailureEndsIt()
    {
        int asked = 0;
        RunCounter counter;
        counter.setSource([&asked](const mlflow::RunQuery &) {
            ++asked;
            return Call<mlflow::Page<mlflow::Run>>::finished(
                Failure(ErrorKind::Network, u"gone"_s));
        });
        counter.count({u"1"_s, u"2"_s, u"3"_s});
        QTRY_COMPARE(asked, 1);
        QTest::qWait(20);
        QCOMPARE(asked, 1);
    }

    void neverMoreThanAScreenful()
    {
        int asked = 0;
        RunCounter counter;
        counter.setSource([&asked](const mlflow::RunQuery &) {
            ++asked;
            return Call<mlflow::Page<mlflow::Run>>::finished(mlflow::Page<mlflow::Run>());
        });
        QStringList many;
        for (int i = 0; i < 500; ++i)
            many.append(QString::number(i));
        counter.count(many);
        QTRY_COMPARE(asked, RunCounter::kExperiments);
    }
};

QTEST_MAIN(TestRunCounter)
#include "test_run_counter.moc"
