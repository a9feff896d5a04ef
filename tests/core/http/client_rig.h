// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/http/rest_client.h"
#include "core/json/json_reader.h"
#include "tests/support/fake_transport.h"
#include "tests/support/manual_clock.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThreadPool>

#include <memory>

namespace signalbox::test {

//! A client over the scripted transport; time moves only by hand.
struct ClientRig {
    ManualClock clock;
    FakeTransport *fake = nullptr; //!< Owned by the client.
    std::unique_ptr<RestClient> client;

    static RestConfig defaults()
    {
        RestConfig config;
        config.baseUrl = QUrl(QStringLiteral("http://ml.example:5000/base"));
        config.headers = {{"Authorization", "Bearer secret-token"}};
        config.retry.random = [] { return 0.5; };
        return config;
    }
    explicit ClientRig(const RestConfig &config = defaults())
    {
        auto owned = std::make_unique<FakeTransport>(clock);
        fake = owned.get();
        client = std::make_unique<RestClient>(config, std::move(owned), clock);
    }
    //! Lets everything happen that needs no time.
    static void settle()
    {
        for (int turn = 0; turn < 10; ++turn) {
            QCoreApplication::processEvents();
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
    }
    //! Runs event loop and timers until the call ends.
    template <typename T> Result<T> finish(const Call<T> &call)
    {
        for (int i = 0; i < 1000 && !call.isFinished(); ++i) {
            settle();
            if (!call.isFinished())
                clock.advanceToNext();
        }
        Q_ASSERT(call.isFinished());
        return *call.result();
    }
};

inline HttpRequest get(const QString &path, RequestClass requestClass = RequestClass::Interactive)
{
    HttpRequest request;
    request.path = path;
    request.requestClass = requestClass;
    return request;
}

//! A search or another POST that may be repeated.
inline HttpRequest post(const QString &path, const QByteArray &body = "{}")
{
    HttpRequest request;
    request.verb = Verb::Post;
    request.path = path;
    request.body = body;
    request.idempotent = true;
    return request;
}

//! A POST that must reach the server at most once.
inline HttpRequest create(const QString &path)
{
    HttpRequest request = post(path);
    request.idempotent = false;
    request.oneShot = true;
    request.requestClass = RequestClass::Write;
    return request;
}

inline Result<qint64> decodeAnswer(const HttpResponse &response)
{
    qint64 value = 0;
    const Result<void> read =
        readJson(response.body, [&](const JsonView &root) { value = root.integer("answer"); });
    if (!read)
        return read.failure();
    return value;
}

//! An answer that decodeAnswer() understands and that is parsed off the client's thread.
inline QByteArray largeAnswer(int answer)
{
    return "{\"answer\": " + QByteArray::number(answer) + ", \"pad\": \""
        + QByteArray(2'000'000, 'x') + "\"}";
}

} // namespace signalbox::test
