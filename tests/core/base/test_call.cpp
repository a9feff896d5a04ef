// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/call.h"
#include "core/base/redaction.h"

#include <QtCore/QJsonObject>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

class TestCall final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void deliversOnceThroughTheEventLoop()
    {
        Promise<int> promise;
        int seen = 0;
        promise.call().then(this, [&](const Result<int> &r) { seen += r.value(); });
        promise.resolve(7);
        promise.resolve(9);
        QCOMPARE(seen, 0); // never inside resolve()
        QCoreApplication::processEvents();
        QCOMPARE(seen, 7);
    }

    void deliversToLateListeners()
    {
        int seen = 0;
        Call<int>::finished(3).then(this, [&](const Result<int> &r) { seen = r.value(); });
        QCOMPARE(seen, 0);
        QCoreApplication::processEvents();
        QCOMPARE(seen, 3);
    }

    void neverCallsADeadContext()
    {
        Promise<int> promise;
        bool called = false;
        auto *context = new QObject;
        promise.call().then(context, [&](const Result<int> &) { called = true; });
        promise.resolve(1);
        delete context;
        QCoreApplication::processEvents();
        QVERIFY(!called);
    }

    void abandonedPromiseEndsAsCancelled()
    {
        Call<int> call;
        {
            Promise<int> promise;
            call = promise.call();
        }
        QVERIFY(call.isFinished());
        QCOMPARE(call.result()->error().kind, ErrorKind::Cancelled);
    }

    void cancelReachesTheRunningStepOfAChain()
    {
        Promise<int> first;
        Promise<QString> second;
        bool innerCancelled = false;
        second.onCancel([&] { innerCancelled = true; });
        Call<QString> chain = first.call().andThen(this, [&](int) { return second.call(); });
        first.resolve(1);
        QCoreApplication::processEvents();
        chain.cancel();
        QVERIFY(innerCancelled);
        QCOMPARE(chain.result()->error().kind, ErrorKind::Cancelled);
    }

    void chainPassesFailuresThrough()
    {
        bool ran = false;
        Call<int> failed = Call<int>::finished(Failure(ErrorKind::NotFound, u"no"_s));
        const Call<int> chain = failed.andThen(this, [&](int v) {
            ran = true;
            return Call<int>::finished(v);
        });
        QTRY_VERIFY(chain.isFinished());
        QVERIFY(!ran);
        QCOMPARE(chain.result()->error().kind, ErrorKind::NotFound);
    }

    void scopedCallCancelsTheOlderCall()
    {
        Promise<int> a;
        Promise<int> b;
        ScopedCall<int> scoped;
        scoped = a.call();
        scoped = b.call();
        QVERIFY(a.isFinished());
        QVERIFY(!b.isFinished());
    }

    void errorsNeverCarrySecrets()
    {
        rememberSecret(u"hunter22"_s);
        const Error e = makeError(
            ErrorKind::Network, u"GET https://bob:pw@host/x with hunter22 and Bearer abcdefgh"_s);
        QVERIFY(!e.message.contains(u"hunter22"_s));
        QVERIFY(!e.message.contains(u"bob:pw"_s));
        QVERIFY(!e.message.contains(u"abcdefgh"_s));
        QCOMPARE(e.toJson().value(u"kind"_s).toString(), u"Network"_s);
        QCOMPARE(exitCodeFor(e), 3);
    }
};

QTEST_GUILESS_MAIN(TestCall)
#include "test_call.moc"
