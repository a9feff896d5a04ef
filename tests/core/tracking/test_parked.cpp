// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/tracking/tracking_bench.h"

#include <QtTest/QSignalSpy>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

//! What a person sees of the journal, and what becomes of their decisions.
class TestParked final : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<TrackingBench> m_bench;

    FakeMlflow &server() { return *m_bench->mlflow; }
    Connector &connector() { return *m_bench->connector; }
    QList<JournalItem> items(const JournalFilter &filter = {}, int limit = 200)
    {
        const auto listed = m_bench->outcome(connector().journalItems(filter, limit));
        return listed ? listed.value() : QList<JournalItem>();
    }
    QList<JournalItem> parked() { return items({true, {}}); }
    //! A finished run with these refused keys, everything else sent.
    void refuse(const QList<mlflow::Param> &params, const QList<mlflow::Metric> &metrics = {})
    {
        for (const mlflow::Param &param : params)
            server().badKeys.insert(param.key);
        for (const mlflow::Metric &metric : metrics)
            server().badKeys.insert(metric.key);
        RunSession run = m_bench->run();
        (void)run.logParams(params);
        (void)run.logMetrics(metrics);
        (void)run.finish();
        QVERIFY(m_bench->settles());
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_bench = std::make_unique<TrackingBench>(m_dir->path());
    }
    void cleanup()
    {
        m_bench.reset();
        m_dir.reset();
    }

    void whatWaitsIsListedInTheOrderOfReplay()
    {
        server().down = true;
        RunSession run = m_bench->run(u"first"_s);
        VERIFY_OK(m_bench->outcome(run.logParams({{u"lr"_s, u"0.1"_s}})));
        VERIFY_OK(m_bench->outcome(
            run.logMetrics({{u"a"_s, 1.0, 0, 0, {}, {}, {}}, {u"b"_s, 2.0, 0, 0, {}, {}, {}}})));
        VERIFY_OK(m_bench->outcome(run.logText(u"x"_s, u"notes.txt"_s)));
        VERIFY_OK(m_bench->outcome(run.finish()));
        const QList<JournalItem> all = items();
        QStringList kinds;
        for (const JournalItem &item : all) {
            kinds << nameOf(item.kind);
            QCOMPARE(item.runName, u"first"_s);
            QCOMPARE(item.run, run.localId());
            QVERIFY(item.sinceMs > 0);
        }
        QCOMPARE(
            kinds, (QStringList{u"create"_s, u"params"_s, u"metrics"_s, u"file"_s, u"finish"_s}));
        QCOMPARE(all.at(2).points, 2);
        QCOMPARE(all.at(1).summary, u"param lr"_s);
        QCOMPARE(items({}, 2).size(), 2);
        QVERIFY(items({false, LocalRunId(u"other"_s)}).isEmpty());
        QVERIFY(parked().isEmpty());
    }

    void aRefusedLoginIsTheReasonAndOnlyWhatWasSentIsATry()
    {
        LinkSettings link;
        link.login = {{"Authorization", "Basic eDp5"}};
        m_bench->server->client().setLink(link);
        bool refusing = true;
        int sent = 0;
        m_bench->fake->answerWith([&](const FakeRequest &request) {
            sent += refusing ? 1 : 0;
            return std::optional(refusing ? FakeReply::text(401, "You are not authenticated.")
                                          : server().answer(request));
        });
        RunSession run = m_bench->run();
        (void)run.logParams({{u"lr"_s, u"0.1"_s}});
        VERIFY_OK(m_bench->outcome(connector().flush(20s)));
        QVERIFY(sent >= 2); // every five seconds, though the journal asks more often
        QVERIFY(m_bench->eventually([&] { return items().first().attempts == sent; }));
        m_bench->reopen(); // who looks need not be who tried
        for (const JournalItem &item : items())
            QVERIFY2(item.reason.contains(u"not authenticated"_s), qPrintable(item.reason));
        QVERIFY(connector().journalStatus().trouble.contains(u"not authenticated"_s));
        refusing = false;
        QVERIFY(m_bench->settles());
        QCOMPARE(server().onlyRun().params.value(u"lr"_s), u"0.1"_s);
        QVERIFY(connector().journalStatus().trouble.isEmpty());
    }

    void aCorrectedValueArrives()
    {
        refuse({{u"bad"_s, u"1"_s}}, {{u"worse"_s, 0.5, 7, 3, {}, {}, {}}});
        const QList<JournalItem> refused = parked();
        QCOMPARE(refused.size(), 2);
        QCOMPARE(refused.at(0).key, u"bad"_s);
        QCOMPARE(refused.at(0).value, u"1"_s);
        QCOMPARE(refused.at(1).value, u"0.5"_s);
        QVERIFY(refused.at(0).canEdit);
        QCOMPARE(refused.at(0).state, JournalItemState::Parked);
        QVERIFY(refused.at(0).reason.contains(u"Invalid value"_s));
        QCOMPARE(refused.at(0).attempts, 1);
        VERIFY_OK(
            m_bench->outcome(connector().editParked(refused.at(0).sequence, {u"good"_s, u"2"_s})));
        VERIFY_OK(
            m_bench->outcome(connector().editParked(refused.at(1).sequence, {u"fine"_s, {}})));
        QVERIFY(m_bench->settles());
        QVERIFY(parked().isEmpty());
        QCOMPARE(server().onlyRun().params.value(u"good"_s), u"2"_s);
        QCOMPARE(
            server().onlyRun().metrics, (QList<std::pair<QString, double>>{{u"fine@3"_s, 0.5}}));
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        // The run says on the server that it is complete now.
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"0"_s);
    }

    void aCorrectionThatTheServerWouldRefuseIsRefusedAtOnce()
    {
        refuse({{u"bad"_s, u"1"_s}}, {{u"worse"_s, 0.5, 7, 3, {}, {}, {}}});
        const QList<JournalItem> refused = parked();
        VERIFY_KIND(m_bench->outcome(
                        connector().editParked(refused.at(0).sequence, {{}, QString(6001, u'x')})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(
            m_bench->outcome(connector().editParked(refused.at(1).sequence, {{}, u"much"_s})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(m_bench->outcome(connector().editParked(refused.at(0).sequence, {})),
            ErrorKind::InvalidInput);
        VERIFY_KIND(
            m_bench->outcome(connector().editParked(4711, {u"x"_s, {}})), ErrorKind::NotFound);
        QCOMPARE(parked().size(), 2);
    }

    void everythingIsRetriedOrDroppedAtOnce()
    {
        refuse({{u"p"_s, u"1"_s}, {u"q"_s, u"2"_s}, {u"r"_s, u"3"_s}});
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"3"_s);
        const auto first =
            m_bench->outcome(connector().dropParked(QList{parked().first().sequence}));
        VERIFY_OK(first);
        QCOMPARE(first->first().summary, u"param p"_s);
        const auto again = m_bench->outcome(connector().retryAllParked());
        VERIFY_OK(again);
        QCOMPARE(*again, 2);
        QVERIFY(m_bench->settles());
        QCOMPARE(parked().size(), 2); // refused once more
        QCOMPARE(parked().first().attempts, 2);
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"2"_s);
        const auto dropped = m_bench->outcome(connector().dropAllParked());
        VERIFY_OK(dropped);
        QCOMPARE(dropped->size(), 2);
        QVERIFY(m_bench->settles());
        QVERIFY(parked().isEmpty());
        QCOMPARE(server().onlyRun().tags.value(u"signalbox.parked"_s), u"0"_s);
    }

    void oneWrongNumberChangesNothing()
    {
        refuse({{u"p"_s, u"1"_s}});
        VERIFY_KIND(m_bench->outcome(
                        connector().dropParked(QList<qint64>{parked().first().sequence, 4711})),
            ErrorKind::NotFound);
        QCOMPARE(parked().size(), 1);
    }

    void aFileIsSentToAnotherPath()
    {
        server().badFiles = {u"bad.txt"_s};
        {
            RunSession run = m_bench->run();
            (void)run.logText(u"content"_s, u"bad.txt"_s);
        }
        QVERIFY(m_bench->settles());
        const QList<JournalItem> refused = parked();
        QCOMPARE(refused.size(), 1);
        QCOMPARE(refused.first().key, u"bad.txt"_s);
        VERIFY_KIND(
            m_bench->outcome(connector().editParked(refused.first().sequence, {u"../up"_s, {}})),
            ErrorKind::InvalidInput);
        VERIFY_OK(m_bench->outcome(
            connector().editParked(refused.first().sequence, {u"good.txt"_s, {}})));
        QVERIFY(m_bench->settles());
        QVERIFY(server().files.keys().last().endsWith(u"good.txt"_s));
    }

    void aRunGoesToAnotherExperiment()
    {
        server().experiments.insert(u"experiment"_s, u"1"_s);
        server().deletedExperiments.insert(u"experiment"_s);
        LocalRunId id;
        {
            RunSession run = m_bench->run();
            id = run.localId();
            (void)run.logMetrics({{u"a"_s, 1.0, 0, 0, {}, {}, {}}});
        }
        QVERIFY(m_bench->settles());
        const QList<JournalItem> refused = parked();
        QCOMPARE(refused.size(), 1);
        QVERIFY(refused.first().sequence < 0);
        QCOMPARE(refused.first().key, u"experiment"_s);
        QCOMPARE(items().size(), 3); // the metric and the end are held behind it
        QCOMPARE(items().last().state, JournalItemState::Held);
        const auto standing = m_bench->outcome(connector().standing(id));
        VERIFY_OK(standing);
        QCOMPARE(standing->parkedReason, refused.first().reason);
        VERIFY_OK(
            m_bench->outcome(connector().editParked(refused.first().sequence, {u"other"_s, {}})));
        QVERIFY(m_bench->settles());
        QVERIFY(server().experiments.contains(u"other"_s));
        QCOMPARE(server().onlyRun().status, u"FINISHED"_s);
        QVERIFY(items().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestParked)
#include "test_parked.moc"
