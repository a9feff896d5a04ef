// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/request_queue.h"
#include "tests/support/manual_clock.h"

#include <QtTest/QTest>

#include <vector>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestRequestQueue final : public QObject {
    Q_OBJECT

private:
    struct Rig {
        ManualClock clock;
        RequestQueue queue;
        QString order; // one letter per start
        std::vector<QueueTicket> tickets;
        explicit Rig(int capacity)
            : queue(capacity, clock)
        {
        }
        void enter(RequestClass requestClass, QChar letter, bool first = false)
        {
            tickets.push_back(queue.enter(
                requestClass, [this, letter] { order += letter; }, first));
        }
        static void settle()
        {
            for (int i = 0; i < 5; ++i)
                QCoreApplication::processEvents();
        }
        //! Ends the request that entered as number `i`.
        void end(size_t i)
        {
            tickets.at(i).release();
            settle();
        }
    };

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void ranksComeBeforeArrival()
    {
        Rig rig(1);
        rig.enter(RequestClass::Page, u'p');
        rig.enter(RequestClass::Write, u'w');
        rig.enter(RequestClass::Transfer, u't');
        rig.enter(RequestClass::Interactive, u'i');
        rig.enter(RequestClass::Interactive, u'j');
        rig.enter(RequestClass::Probe, u'h');
        QCOMPARE(rig.order, QString()); // from the event loop only
        Rig::settle();
        for (const size_t i : {5U, 3U, 4U, 1U, 0U})
            rig.end(i);
        QCOMPARE(rig.order, u"hijwpt"_s);
    }

    void neverMoreThanTheCapacity()
    {
        Rig rig(6);
        for (int i = 0; i < 20; ++i)
            rig.enter(RequestClass::Interactive, u'i');
        Rig::settle();
        QCOMPARE(rig.queue.running(), 6);
        QCOMPARE(rig.queue.waiting(), 14);
        for (size_t i = 0; i < 20; ++i)
            rig.end(i);
        QCOMPARE(rig.order.size(), 20);
        QCOMPARE(rig.queue.running() + rig.queue.waiting(), 0);
    }

    void bulkLeavesRoomForPeople()
    {
        Rig rig(6);
        for (int i = 0; i < 10; ++i)
            rig.enter(i % 2 ? RequestClass::Page : RequestClass::Transfer, u'b');
        Rig::settle();
        QCOMPARE(rig.queue.running(), 4);
        rig.enter(RequestClass::Interactive, u'i');
        rig.enter(RequestClass::Write, u'w');
        Rig::settle();
        QCOMPARE(rig.order, u"bbbbiw"_s);
        QCOMPARE(rig.queue.running(), 6);
    }

    void aRetryJumpsItsOwnRankOnly()
    {
        Rig rig(1);
        rig.enter(RequestClass::Write, u'a');
        Rig::settle();
        rig.enter(RequestClass::Write, u'b');
        rig.enter(RequestClass::Interactive, u'i');
        rig.enter(RequestClass::Write, u'r', true);
        rig.end(0);
        rig.end(2);
        rig.end(3);
        QCOMPARE(rig.order, u"airb"_s);
    }

    void aWaitingRequestMayLeave()
    {
        Rig rig(1);
        rig.enter(RequestClass::Write, u'a');
        rig.enter(RequestClass::Write, u'b');
        rig.enter(RequestClass::Write, u'c');
        Rig::settle();
        rig.end(1);
        rig.end(0);
        QCOMPARE(rig.order, u"ac"_s);
    }

    void aPauseHoldsAllButProbes()
    {
        Rig rig(6);
        rig.queue.pauseFor(10s);
        rig.queue.pauseFor(1s); // does not shorten it
        rig.enter(RequestClass::Interactive, u'i');
        rig.enter(RequestClass::Probe, u'h');
        Rig::settle();
        QCOMPARE(rig.order, u"h"_s);
        rig.clock.advance(9s);
        Rig::settle();
        QCOMPARE(rig.order, u"h"_s);
        rig.clock.advance(1s);
        Rig::settle();
        QCOMPARE(rig.order, u"hi"_s);
    }

    void itsStatusTellsTheLanesApart()
    {
        Rig rig(1);
        rig.enter(RequestClass::Write, u'w');
        Rig::settle();
        rig.clock.advance(3s);
        rig.enter(RequestClass::Interactive, u'i');
        rig.enter(RequestClass::Page, u'p');
        rig.enter(RequestClass::Transfer, u't');
        rig.clock.advance(2s);
        const QueueStatus status = rig.queue.status();
        QCOMPARE(status.logging.running, 1);
        QCOMPARE(status.logging.waiting, 0);
        QCOMPARE(status.logging.oldest, 5000ms);
        QCOMPARE(status.interactive.waiting, 1);
        QCOMPARE(status.interactive.oldest, 2000ms);
        QCOMPARE(status.sync.waiting, 2);
        rig.end(0);
        QVERIFY(rig.queue.status().logging.isEmpty());
    }

    void aTicketMayOutliveTheQueue()
    {
        ManualClock clock;
        auto queue = std::make_unique<RequestQueue>(1, clock);
        QueueTicket ticket = queue->enter(RequestClass::Write, [] {});
        queue.reset();
        ticket.release();
    }

    void aStartMayDestroyTheQueue()
    {
        ManualClock clock;
        auto queue = std::make_unique<RequestQueue>(2, clock);
        const QueueTicket a = queue->enter(RequestClass::Write, [&queue] { queue.reset(); });
        const QueueTicket b = queue->enter(RequestClass::Write, [] { QFAIL("the queue is gone"); });
        Rig::settle();
        QVERIFY(!queue);
    }

    void aThousandWaitingRequestsAreNoBurden()
    {
        Rig rig(6);
        for (int i = 0; i < 2'000; ++i)
            rig.enter(RequestClass::Write, u'w');
        Rig::settle();
        for (size_t i = 0; i < 2'000; ++i)
            rig.end(i);
        QCOMPARE(rig.order.size(), 2'000);
    }
};

QTEST_GUILESS_MAIN(TestRequestQueue)
#include "test_request_queue.moc"
