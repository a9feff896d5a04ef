// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/http/rest_client.h"
#include "core/json/json_reader.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_clock.h"

#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

HttpRequest get(const QString &path)
{
    HttpRequest request;
    request.path = path;
    return request;
}

HttpRequest post(const QString &path, bool idempotent)
{
    HttpRequest request;
    request.verb = Verb::Post;
    request.path = path;
    request.body = "{}";
    request.idempotent = idempotent;
    request.oneShot = !idempotent;
    return request;
}

Result<qint64> decodeAnswer(const HttpResponse &response)
{
    qint64 value = 0;
    const Result<void> read =
        readJson(response.body, [&](const JsonView &root) { value = root.integer("answer"); });
    if (!read)
        return read.failure();
    return value;
}

} // namespace

//! A client over the scripted transport; time moves only by hand.
class TestRestClient final : public QObject {
    Q_OBJECT

private:
    struct Rig {
        ManualClock clock;
        FakeTransport *fake = nullptr;
        std::unique_ptr<RestClient> client;
        explicit Rig(BreakerConfig breaker = {})
        {
            auto owned = std::make_unique<FakeTransport>(clock);
            fake = owned.get();
            RestConfig config;
            config.baseUrl = QUrl(u"http://ml.example:5000/base"_s);
            config.headers = {{"Authorization", "Bearer secret-token"}};
            config.retry.random = [] { return 0.5; };
            config.breaker = breaker;
            client = std::make_unique<RestClient>(config, std::move(owned), clock);
        }
        //! Runs the event loop and the clock's timers until the call ends.
        template <typename T> Result<T> finish(const Call<T> &call)
        {
            for (int i = 0; i < 1000 && !call.isFinished(); ++i) {
                for (int turn = 0; turn < 8; ++turn)
                    QCoreApplication::processEvents();
                if (!call.isFinished())
                    clock.advanceToNext();
            }
            Q_ASSERT(call.isFinished());
            return *call.result();
        }
    };

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".*"_s)); }

    void deliversADecodedAnswer()
    {
        Rig rig;
        rig.fake->on(Verb::Get, u"/x"_s, FakeReply::json(R"({"answer": "42"})"));
        const Call<qint64> call = rig.client->call<qint64>(get(u"/x"_s), decodeAnswer);
        QCOMPARE(rig.fake->count(), 0); // nothing starts before the event loop runs
        QCOMPARE(rig.finish(call).value(), 42);
        QCOMPARE(rig.fake->last(Verb::Get, u"/x"_s).url, QUrl(u"http://ml.example:5000/base/x"_s));
    }

    void retriesWhatMayBeRepeated()
    {
        Rig rig;
        rig.fake->once(Verb::Post, u"/search"_s, FakeReply::refused());
        rig.fake->once(Verb::Post, u"/search"_s, FakeReply::text(503, "busy"));
        rig.fake->on(Verb::Post, u"/search"_s, FakeReply::json("{}"));
        QVERIFY(rig.finish(rig.client->send(post(u"/search"_s, true))));
        QCOMPARE(rig.fake->count(), 3);
    }

    void neverRepeatsACreate()
    {
        Rig rig;
        rig.fake->on(Verb::Post, u"/create"_s, FakeReply::brokenOff());
        const auto result = rig.finish(rig.client->send(post(u"/create"_s, false)));
        QVERIFY(!result);
        QVERIFY(result.error().ambiguous);
        QCOMPARE(rig.fake->count(), 1);
    }
};

QTEST_GUILESS_MAIN(TestRestClient)
#include "test_rest_client.moc"
