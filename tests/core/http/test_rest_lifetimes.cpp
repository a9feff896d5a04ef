// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/http/client_rig.h"

#include <QtCore/QSemaphore>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

//! How far a request has come when something happens to it.
enum class Stage : quint8 { Sent, Queued, Running, Answered, WaitingToRetry, Decoding };

const std::map<Stage, const char *> &stages()
{
    static const std::map<Stage, const char *> names{{Stage::Sent, "just sent"},
        {Stage::Queued, "in the queue"}, {Stage::Running, "running"},
        {Stage::Answered, "answered but not delivered"},
        {Stage::WaitingToRetry, "waiting to retry"}, {Stage::Decoding, "being decoded"}};
    return names;
}

//! A rig with one call brought to a stage.
struct Staged {
    ClientRig rig;
    QSemaphore decodeMayEnd;
    QSemaphore decodeBegan;
    int delivered = 0;
    QObject listener;
    Call<qint64> call;

    static RestConfig config()
    {
        RestConfig c = ClientRig::defaults();
        c.maxConcurrent = 1;
        return c;
    }
    explicit Staged(Stage stage)
        : rig(config())
    {
        prepare(stage);
        call = rig.client->call<qint64>(get(u"/x"_s), [this, stage](const HttpResponse &response) {
            decodeBegan.release();
            if (stage == Stage::Decoding)
                decodeMayEnd.acquire();
            return decodeAnswer(response);
        });
        call.then(&listener, [this](const Result<qint64> &) { ++delivered; });
        bring(stage);
    }
    ~Staged()
    {
        decodeMayEnd.release();
        rig.client.reset();
        QThreadPool::globalInstance()->waitForDone();
        ClientRig::settle();
    }
    Q_DISABLE_COPY_MOVE(Staged)

private:
    void prepare(Stage stage)
    {
        FakeReply reply = FakeReply::json(R"({"answer": 1})");
        if (stage == Stage::Queued) {
            rig.fake->on(Verb::Get, u"/first"_s, FakeReply::hanging());
            (void)rig.client->send(get(u"/first"_s)).isValid();
        }
        if (stage == Stage::Running)
            reply = FakeReply::hanging();
        if (stage == Stage::WaitingToRetry)
            reply = FakeReply::refused();
        if (stage == Stage::Decoding)
            reply = FakeReply::json(largeAnswer(1));
        if (stage == Stage::Answered)
            reply = reply.after(1s);
        rig.fake->on(Verb::Get, u"/x"_s, reply);
    }
    void bring(Stage stage)
    {
        if (stage == Stage::Sent)
            return;
        ClientRig::settle();
        if (stage == Stage::Answered)
            rig.clock.advance(1s); // the answer is posted, not delivered
        if (stage == Stage::Decoding)
            decodeBegan.acquire();
    }
};

} // namespace

//! Cancelled or destroyed at every stage: one outcome, one delivery, nothing left behind.
class TestRestLifetimes final : public QObject {
    Q_OBJECT

private:
    static void addStages()
    {
        QTest::addColumn<Stage>("stage");
        for (const auto &[stage, name] : stages())
            QTest::newRow(name) << stage;
    }

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void cancelledAtAnyStage_data() { addStages(); }
    void cancelledAtAnyStage()
    {
        QFETCH(Stage, stage);
        Staged staged(stage);
        QSignalSpy finished(staged.call.pending(), &PendingCall::finished);
        staged.call.cancel();
        staged.call.cancel();
        QVERIFY(staged.call.isFinished());
        QCOMPARE(staged.call.result()->error().kind, ErrorKind::Cancelled);
        staged.decodeMayEnd.release();
        QThreadPool::globalInstance()->waitForDone();
        ClientRig::settle();
        staged.rig.clock.advance(10min);
        ClientRig::settle();
        QCOMPARE(staged.delivered, 1);
        QCOMPARE(finished.count(), 1);
        QCOMPARE(staged.rig.fake->running(), 0);
        QCOMPARE(staged.rig.client->queued(), 0);
        const BreakerSnapshot shot = staged.rig.client->breaker().snapshot();
        QCOMPARE(shot.admitted, shot.successes + shot.failures + shot.neutral); // none outstanding
        if (stage == Stage::Running || stage == Stage::Answered)
            QCOMPARE(shot.neutral, 1U);
    }

    void clientDestroyedAtAnyStage_data() { addStages(); }
    void clientDestroyedAtAnyStage()
    {
        QFETCH(Stage, stage);
        Staged staged(stage);
        staged.rig.client.reset();
        staged.decodeMayEnd.release();
        QThreadPool::globalInstance()->waitForDone();
        ClientRig::settle();
        QVERIFY(staged.call.isFinished());
        QCOMPARE(staged.call.result()->error().kind, ErrorKind::Cancelled);
        staged.rig.clock.advance(10min);
        ClientRig::settle();
        QCOMPARE(staged.delivered, 1);
    }

    void destroyedByAListener_data() { addStages(); }
    void destroyedByAListener()
    {
        QFETCH(Stage, stage);
        Staged staged(stage);
        connect(staged.call.pending(), &PendingCall::finished, this,
            [&staged] { staged.rig.client.reset(); });
        staged.call.cancel();
        QVERIFY(!staged.rig.client);
        staged.decodeMayEnd.release();
        QThreadPool::globalInstance()->waitForDone();
        ClientRig::settle();
        QCOMPARE(staged.delivered, 1);
    }

    void listenerDiesAtAnyStage_data() { addStages(); }
    void listenerDiesAtAnyStage()
    {
        QFETCH(Stage, stage);
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(R"({"answer": 1})"));
        auto listener = std::make_unique<QObject>();
        bool called = false;
        const auto call = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
        call.then(listener.get(), [&called](const Result<qint64> &) { called = true; });
        for (int turn = 0; turn < static_cast<int>(stage); ++turn)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 0);
        if (!called)
            listener.reset();
        ClientRig::settle();
        QVERIFY(!called || stage != Stage::Sent);
        QVERIFY(call.isFinished());
    }

    void anySignalMayDestroyTheClient_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("started") << 0;
        QTest::newRow("retryScheduled") << 1;
        QTest::newRow("finished") << 2;
        QTest::newRow("attemptFinished") << 3;
        QTest::newRow("queueChanged") << 4;
        QTest::newRow("breaker's metricsChanged") << 5;
    }
    void anySignalMayDestroyTheClient()
    {
        QFETCH(int, which);
        ClientRig rig;
        rig.fake->once(Verb::Get, u"/x"_s, FakeReply::refused());
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json("{}"));
        const auto call = rig.client->send(get(u"/x"_s));
        const auto other = rig.client->send(get(u"/x"_s));
        const auto kill = [&rig] { rig.client.reset(); };
        if (which == 0)
            connect(call.pending(), &PendingCall::started, this, kill);
        if (which == 1)
            connect(call.pending(), &PendingCall::retryScheduled, this, kill);
        if (which == 2)
            connect(call.pending(), &PendingCall::finished, this, kill);
        if (which == 3)
            connect(rig.client.get(), &RestClient::attemptFinished, this, kill);
        if (which == 4)
            connect(rig.client.get(), &RestClient::queueChanged, this, kill);
        if (which == 5)
            connect(&rig.client->breaker(), &CircuitBreaker::metricsChanged, this, kill);
        for (int i = 0; i < 20 && rig.client; ++i) {
            ClientRig::settle();
            rig.clock.advanceToNext();
        }
        QVERIFY(!rig.client);
        ClientRig::settle();
        rig.clock.advance(10min);
        QVERIFY(call.isFinished());
        QVERIFY(other.isFinished());
    }

    void aSlotMayCancelOtherCallsWhileTheClientDies()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::hanging());
        QList<Call<HttpResponse>> calls;
        for (int i = 0; i < 10; ++i)
            calls << rig.client->send(get(u"/x"_s));
        for (const auto &call : calls)
            connect(call.pending(), &PendingCall::finished, this, [&] {
                for (const auto &other : calls)
                    other.cancel();
                if (rig.client) // nobody starts anything on a dying client
                    QVERIFY(rig.client->send(get(u"/x"_s)).isFinished());
            });
        ClientRig::settle();
        RestClient *client = rig.client.get();
        Q_UNUSED(client)
        rig.client.reset();
        for (const auto &call : calls)
            QVERIFY(call.isFinished());
    }

    void aCallOutlivesItsClientInPeace()
    {
        Call<qint64> call;
        {
            ClientRig rig;
            rig.fake->on(Verb::Get, u"/x"_s, FakeReply::hanging());
            call = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
            ClientRig::settle();
        }
        ClientRig::settle();
        QCOMPARE(call.result()->error().kind, ErrorKind::Cancelled);
        call.cancel();
    }

    void theLatestWins()
    {
        ClientRig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(R"({"answer": 1})"));
        ScopedCall<qint64> scoped;
        int wins = 0;
        for (int i = 0; i < 5; ++i) {
            scoped = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
            scoped.call().then(this, [&wins](const Result<qint64> &r) { wins += r ? 1 : 0; });
            QCoreApplication::processEvents();
        }
        ClientRig::settle();
        QCOMPARE(wins, 1);
    }
};

QTEST_GUILESS_MAIN(TestRestLifetimes)
#include "test_rest_lifetimes.moc"
