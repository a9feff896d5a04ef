// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tracking/connector.h"
#include "tests/core/tracking/fake_mlflow.h"
#include "tests/support/await.h"
#include "tests/support/manual_clock.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <functional>
#include <memory>

namespace signalbox::test {

/*! A Connector over a fake MLflow, with a clock of its own: waiting in a test moves that clock, so
 *  pauses of half a minute cost nothing. Several may share one journal folder and one server. */
class TrackingBench final {
public:
    explicit TrackingBench(const QString &dir)
        : m_dir(dir)
    {
        auto transport = std::make_unique<FakeTransport>(clock);
        fake = transport.get();
        mlflow = std::make_unique<FakeMlflow>(*transport);
        RestConfig config;
        config.baseUrl = QUrl(QStringLiteral("http://server.test:5000"));
        config.retry.maxAttempts = 1;
        server = std::make_unique<mlflow::Server>(config, std::move(transport), clock);
        reopen();
    }
    ~TrackingBench() { connector.reset(); }
    Q_DISABLE_COPY_MOVE(TrackingBench)

    void reopen()
    {
        connector.reset();
        auto opened = Connector::open(*server, QString(m_dir % u"/journal"),
            {QStringLiteral("test"), QStringLiteral("Test")}, clock);
        QVERIFY2(opened.hasValue(), whyOf(opened).constData());
        connector = std::move(opened).value();
    }

    //! Lets things happen, time included, until `done` or ten real seconds passed.
    [[nodiscard]] bool eventually(const std::function<bool()> &done)
    {
        return QTest::qWaitFor(
            [&] {
                clock.advance(std::chrono::milliseconds(100));
                return done();
            },
            10'000);
    }
    template <typename T> [[nodiscard]] Result<T> outcome(const Call<T> &call)
    {
        if (!eventually([&] { return call.isFinished(); }))
            return Failure(ErrorKind::Deadline, QStringLiteral("the call did not end in time"));
        return *call.result();
    }
    [[nodiscard]] bool settles()
    {
        const auto left = outcome(connector->flush(std::chrono::minutes(5)));
        return left && left->isEmpty();
    }
    [[nodiscard]] RunSession run(const QString &name = QStringLiteral("run"))
    {
        RunSpec spec;
        spec.experiment = QStringLiteral("experiment");
        spec.name = name;
        return connector->startRun(spec);
    }

    ManualClock clock;
    FakeTransport *fake = nullptr;
    std::unique_ptr<FakeMlflow> mlflow;
    std::unique_ptr<mlflow::Server> server;
    std::unique_ptr<Connector> connector;

private:
    QString m_dir;
};

} // namespace signalbox::test
