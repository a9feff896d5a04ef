// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/qnam_transport.h"
#include "core/tracking/connector.h"
#include "tests/core/tracking/fake_mlflow.h"
#include "tests/support/await.h"
#include "tests/support/fault_server.h"
#include "tests/support/manual_clock.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <algorithm>
#include <functional>
#include <memory>

namespace signalbox::test {

//! The real network with less patience: files have no total deadline that a test's clock could
//! reach.
class HurriedTransport final : public Transport {
public:
    std::chrono::milliseconds patience{300};

    [[nodiscard]] Call<HttpResponse> send(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) override
    {
        return m_network.send(url, request, std::min(inactivity, patience));
    }

private:
    QnamTransport m_network;
};

/*! An MLflow in memory behind a real network that misbehaves, and the client stack on this side of
 *  it. The client's clock runs faster than the real one, most of all while nothing is on its way,
 * so that pauses and breaks of half a minute cost little. */
class FaultBench final {
public:
    static constexpr const char *kSecret = "Bearer planted-secret-token";

    FaultBench()
        : faults([this](const FakeRequest &request) { return mlflow.answer(request); })
    {
        RestConfig config;
        config.baseUrl = faults.url();
        config.headers = {{"Authorization", kSecret}};
        config.retry.maxAttempts = 1;
        config.timeoutCap = std::chrono::seconds(3);
        auto transport = std::make_unique<HurriedTransport>();
        network = transport.get();
        server = std::make_unique<mlflow::Server>(config, std::move(transport), clock);
        m_tick.start(1);
    }
    Q_DISABLE_COPY_MOVE(FaultBench)

    //! One turn of the event loop, and a moment of the client's time.
    void spin()
    {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        // Slowly while something is on its way, in small steps: a machine that is busy with other
        // things must not look like a server that is.
        const qint64 now = m_real.elapsed();
        const qint64 pace = server->client().queued() > 0 ? 20 : 1000;
        if (moves)
            clock.advance(std::chrono::milliseconds(pace * std::min<qint64>(now - m_last, 2)));
        m_last = now;
    }
    /*! False when it did not come true within so much of the client's time or a real minute. The
     *  client's time flies while the disk of a busy machine is slow, so that it alone means
     * nothing. */
    [[nodiscard]] bool eventually(
        const std::function<bool()> &done, std::chrono::minutes limit = std::chrono::hours(2))
    {
        const auto end = clock.now() + limit;
        qint64 real = 0; // of this loop: a machine that was frozen for a minute has tried nothing
        for (qint64 last = m_real.elapsed(); !done();) {
            const qint64 now = m_real.elapsed();
            real += std::min<qint64>(now - last, 100);
            last = now;
            if ((clock.now() > end && real > 20'000) || real > 60'000)
                return false;
            spin();
        }
        return true;
    }
    template <typename T> [[nodiscard]] Result<T> outcome(const Call<T> &call)
    {
        if (!eventually([&call] { return call.isFinished(); }))
            return Failure(ErrorKind::Local, QStringLiteral("the call never ended"));
        return *call.result();
    }

    bool moves = true; //!< Whether the client's time passes.
    ManualClock clock;
    QObject context; //!< For continuations of a test.
    FakeMlflow mlflow;
    FaultServer faults;
    HurriedTransport *network = nullptr; //!< Owned by the server.
    std::unique_ptr<mlflow::Server> server;

private:
    static QElapsedTimer started()
    {
        QElapsedTimer timer;
        timer.start();
        return timer;
    }
    QTimer m_tick; // so that no turn of the loop waits for long
    QElapsedTimer m_real = started();
    qint64 m_last = 0;
};

//! Why an error does not tell its reader enough; empty when it does.
inline QByteArray flawOf(const Error &error)
{
    const QString text = error.text();
    if (nameOf(error.kind).isEmpty() || error.message.size() < 10)
        return "an error without a kind or reason: " + text.toUtf8();
    if (text.contains(u"planted-secret"))
        return "a secret in an error: " + text.toUtf8();
    return {};
}

} // namespace signalbox::test
