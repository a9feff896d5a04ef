// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tracking/replay_verdict.h"
#include "tests/core/faults/fault_bench.h"

#include <QtCore/QTemporaryFile>
#include <QtTest/QTest>

#include <cstdio>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Kinds = QList<ErrorKind>; // empty: succeeds

struct Expectation {
    Fault fault;
    Kinds read;
    Kinds create;
};

//! What a caller hears after each fault; a read is sent again by the network layer when it may.
QList<Expectation> expectations()
{
    const Kinds ok;
    const Kinds silence{ErrorKind::Deadline, ErrorKind::Inactivity};
    const Kinds network{ErrorKind::Network};
    const Kinds decode{ErrorKind::Decode};
    const Kinds server{ErrorKind::ServerError};
    return {
        {Fault::None, ok, ok},
        {Fault::Delay, ok, ok},
        {Fault::Trickle, ok, ok},
        {Fault::CloseEarly, ok, network},
        {Fault::ResetEarly, ok, network},
        {Fault::DropReply, ok, network},
        {Fault::ResetReply, ok, network},
        {Fault::HalfBody, network, network},
        {Fault::ShortBody, silence, silence},
        {Fault::HangEarly, silence, silence},
        {Fault::HangLate, silence, silence},
        {Fault::Outage, network, network},
        {Fault::NotHttp, ok, network},
        {Fault::HtmlPage, decode, decode},
        {Fault::GarbageBody, decode, decode},
        {Fault::EmptyBody, decode, decode},
        {Fault::Huge, decode, decode},
        {Fault::DeflateBomb, decode, decode},
        {Fault::BadDeflate, decode, decode},
        {Fault::BareNan, decode, decode},
        {Fault::BrokenUtf8, decode, decode},
        {Fault::DeepNesting, decode, decode},
        {Fault::JsonArray, decode, decode},
        {Fault::WrongTypes, decode, decode},
        {Fault::DuplicateHeaders, ok, ok},
        {Fault::ExtraBytes, ok, ok},
        {Fault::BadRequest, {ErrorKind::InvalidRequest}, {ErrorKind::InvalidRequest}},
        {Fault::Unauthorized, {ErrorKind::Unauthorized}, {ErrorKind::Unauthorized}},
        {Fault::Forbidden, {ErrorKind::Forbidden}, {ErrorKind::Forbidden}},
        {Fault::NotFound, {ErrorKind::NotFound}, {ErrorKind::NotFound}},
        {Fault::NotFoundPage, {ErrorKind::NotFound}, {ErrorKind::NotFound}},
        {Fault::RequestTimeout, {ErrorKind::Inactivity}, {ErrorKind::Inactivity}},
        {Fault::Conflict, {ErrorKind::Conflict}, {ErrorKind::Conflict}},
        {Fault::Unprocessable, {ErrorKind::InvalidRequest}, {ErrorKind::InvalidRequest}},
        {Fault::TooManyRequests, {ErrorKind::RateLimited}, {ErrorKind::RateLimited}},
        {Fault::RedirectAway, {ErrorKind::Redirect}, {ErrorKind::Redirect}},
        {Fault::Unavailable, server, server},
        {Fault::InternalError, server, server},
        {Fault::BadGateway, server, server},
        {Fault::GatewayTimeout, server, server},
    };
}

//! Peak memory of this process in kB.
qint64 peakMemory()
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            return line.simplified().split(' ').value(1).toLongLong();
    }
    return -1;
}

} // namespace

//! Each way of misbehaving on its own: what the caller hears, and how often the server is asked.
class TestFaultKinds final : public QObject {
    Q_OBJECT

private:
    static void rows()
    {
        QTest::addColumn<int>("index");
        const auto all = expectations();
        for (int i = 0; i < all.size(); ++i)
            QTest::newRow(nameOf(all.at(i).fault).constData()) << i;
    }
    static mlflow::CreateRun newRun()
    {
        mlflow::CreateRun request;
        request.experimentId = ExperimentId(u"1"_s);
        request.startTime = 1'767'225'600'000;
        return request;
    }
    //! Time passes only where somebody has to lose patience, so that a slow machine changes
    //! nothing.
    static bool needsTime(Fault fault)
    {
        return fault == Fault::ShortBody || fault == Fault::HangEarly || fault == Fault::HangLate;
    }
    static QByteArray complaint(const Result<mlflow::Run> &result, const Kinds &expected)
    {
        if (result)
            return expected.isEmpty() ? QByteArray() : "succeeded";
        if (const QByteArray flaw = flawOf(result.error()); !flaw.isEmpty())
            return flaw;
        return expected.contains(result.error().kind) ? QByteArray() : whyOf(result);
    }

private Q_SLOTS:
    void everyFaultIsExpectedHere() { QCOMPARE(expectations().size(), allFaults().size() + 1); }

    void aRead_data() { rows(); }
    void aRead()
    {
        QFETCH(int, index);
        const Expectation expected = expectations().at(index);
        FaultBench bench;
        bench.moves = false;
        const auto run = bench.outcome(bench.server->runs.create(newRun()));
        VERIFY_OK(run);
        bench.moves = needsTime(expected.fault);
        bench.faults.outageTime = 200ms;
        bench.faults.script({expected.fault});
        const auto result = bench.outcome(bench.server->runs.get(run->info.id));
        const QByteArray wrong = complaint(result, expected.read);
        QVERIFY2(wrong.isEmpty(), wrong.constData());
        QVERIFY(bench.faults.count("runs/get") <= 2);
        // Whatever came, the next answer is taken for what it is.
        QVERIFY(bench.eventually([&bench] { return bench.faults.isUp(); }));
        bench.moves = expected.fault == Fault::TooManyRequests; // which pauses all
        const auto next = bench.outcome(bench.server->runs.get(run->info.id));
        VERIFY_OK(next);
        QCOMPARE(next->info.id, run->info.id);
    }

    void aCreateIsSentOnceAndItsDoubtIsTold_data() { rows(); }
    void aCreateIsSentOnceAndItsDoubtIsTold()
    {
        QFETCH(int, index);
        const Expectation expected = expectations().at(index);
        FaultBench bench;
        bench.moves = needsTime(expected.fault);
        bench.faults.outageTime = 200ms;
        bench.faults.script({expected.fault});
        const auto result = bench.outcome(bench.server->runs.create(newRun()));
        const QByteArray wrong = complaint(result, expected.create);
        QVERIFY2(wrong.isEmpty(), wrong.constData());
        QCOMPARE(bench.faults.count("runs/create"), 1);
        QCOMPARE(bench.mlflow.runs.size(), isCarriedOut(expected.fault) ? 1 : 0);
        if (!result && isCarriedOut(expected.fault))
            QVERIFY2(isAmbiguous(result.error()), whyOf(result).constData());
    }

    //! Six connections are all that the network layer opens: one that is never given back is felt.
    void noFaultUsesUpAConnection_data() { rows(); }
    void noFaultUsesUpAConnection()
    {
        QFETCH(int, index);
        const Expectation expected = expectations().at(index);
        FaultBench bench;
        const auto run = bench.outcome(bench.server->runs.create(newRun()));
        VERIFY_OK(run);
        QTemporaryFile file;
        QVERIFY(file.open() && file.write(QByteArray(200'000, 'x')) > 0 && file.flush());
        bench.faults.atRandom(1, 1.0, expected.fault);
        for (int round = 0; round < 2; ++round) {
            QList<Call<void>> calls;
            for (int i = 0; i < 4; ++i) {
                bench.server->breaker().reset();
                calls << bench.server->runs.get(run->info.id)
                             .andThen(&bench.context,
                                 [](const auto &) { return Call<void>::finished(Result<void>()); });
                calls << bench.server->artifacts.upload(
                    run->info.artifactUri, u"a"_s, file.fileName());
                calls << bench.server->runs.setTag(run->info.id, {u"a"_s, u"b"_s});
            }
            for (const Call<void> &call : calls)
                (void)bench.outcome(call);
        }
        bench.faults.calm();
        bench.clock.advance(2s); // the longest pause that was asked for
        bench.moves = false;
        QVERIFY(bench.eventually([&bench] { return bench.faults.isUp(); }));
        bench.server->breaker().reset();
        for (int i = 0; i < 7; ++i)
            VERIFY_OK(bench.outcome(bench.server->runs.get(run->info.id)));
    }

    void anAnswerWithoutEndIsCutAtItsLimit_data()
    {
        QTest::addColumn<Fault>("fault");
        QTest::newRow("huge") << Fault::Huge;
        QTest::newRow("deflate bomb") << Fault::DeflateBomb;
    }
    void anAnswerWithoutEndIsCutAtItsLimit()
    {
        QFETCH(Fault, fault);
        FaultBench bench;
        bench.moves = false;
        bench.network->patience = 60s; // to build a bomb takes a while
        bench.faults.bombBytes = 64LL * 1024 * 1024;
        const auto send = [&] {
            HttpRequest request;
            request.path = u"/version"_s;
            request.maxResponseBytes = 8LL * 1024 * 1024;
            request.timeout = std::chrono::minutes(10);
            return bench.server->client().send(request);
        };
        bench.faults.script({fault});
        const qint64 before = peakMemory();
        const auto result = bench.outcome(send());
        VERIFY_KIND(result, ErrorKind::Decode);
        QVERIFY(result.error().message.contains(u"larger than"_s));
        // A bomb is built in this very process, unpacked and packed.
        const qint64 own = fault == Fault::DeflateBomb ? 72 * 1024 : 0;
        QVERIFY2(peakMemory() - before < own + 40 * 1024,
            QByteArray::number(peakMemory() - before).constData());
        VERIFY_OK(bench.outcome(send()));
    }
};

QTEST_GUILESS_MAIN(TestFaultKinds)
#include "test_fault_kinds.moc"
