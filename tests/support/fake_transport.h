// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/http/transport.h"

#include <QtCore/QJsonObject>
#include <QtCore/QList>

#include <functional>
#include <map>
#include <optional>

namespace signalbox::test {

//! What the fake server does with one request.
struct FakeReply {
    int status = 200;
    QByteArray body;
    HeaderList headers; //!< Lower-case names. Content-Type is application/json unless given.
    std::chrono::milliseconds delay{0}; //!< By the transport's clock.
    bool hang = false; //!< Never answers; ends by cancel or by the inactivity timeout.
    std::optional<Error> error; //!< A network failure in place of an answer.

    static FakeReply json(const QByteArray &body, int status = 200);
    static FakeReply json(const QJsonObject &body, int status = 200);
    //! MLflow's error shape: {"error_code": code, "message": message}.
    static FakeReply mlflowError(int status, const QString &code, const QString &message);
    static FakeReply text(
        int status, const QByteArray &body, const QByteArray &type = "text/plain");
    static FakeReply hanging();
    //! A connection that fails; `sent` says whether the request may have arrived.
    static FakeReply refused();
    static FakeReply brokenOff();
    static FakeReply failure(ErrorKind kind, const QString &reason = {});
    [[nodiscard]] FakeReply after(std::chrono::milliseconds time) const;
};

//! One request as the fake saw it.
struct FakeRequest {
    Verb verb = Verb::Get;
    QString path; //!< As in HttpRequest, without the base URL.
    QUrl url;
    HttpRequest request; //!< With all headers. A bodyFile's content is copied into `body`.
    [[nodiscard]] QJsonObject json() const; //!< The body as JSON.
    [[nodiscard]] QByteArray header(const QByteArray &name) const;
    [[nodiscard]] QString query(const QString &name) const;
};

/*! A Transport without a network, for tests of everything above it. Replies are scripted per verb
 *  and path; requests are recorded. Answers arrive through the event loop.
 *
 *      auto owned = std::make_unique<FakeTransport>();
 *      FakeTransport &fake = *owned;
 *      fake.on(Verb::Post, u"/api/2.0/mlflow/runs/create"_s, FakeReply::json(R"({"run": {}})"));
 *      fake.once(Verb::Get, u"/health"_s, FakeReply::refused());   // first, before `on`
 *      RestClient client(config, std::move(owned), clock);
 *      ...
 *      QCOMPARE(fake.count(Verb::Post, u"/api/2.0/mlflow/runs/create"_s), 1);
 *
 *  Order: the handler of answerWith(), then the next once(), then on(), then MLflow's 404. */
class FakeTransport final : public Transport {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FakeTransport)

public:
    using Handler = std::function<std::optional<FakeReply>(const FakeRequest &)>;

    explicit FakeTransport(Clock &clock = systemClock(), QObject *parent = nullptr);
    ~FakeTransport() override;
    [[nodiscard]] Call<HttpResponse> send(
        const QUrl &url, const HttpRequest &request, std::chrono::milliseconds inactivity) override;

    //! The answer from now on.
    void on(Verb verb, const QString &path, FakeReply reply);
    //! The answer to one request; several are used up in order.
    void once(Verb verb, const QString &path, FakeReply reply);
    //! Sees every request first; nothing means "go on with the script".
    void answerWith(Handler handler) { m_handler = std::move(handler); }

    [[nodiscard]] const QList<FakeRequest> &requests() const { return m_requests; }
    [[nodiscard]] int count() const { return static_cast<int>(m_requests.size()); }
    [[nodiscard]] int count(Verb verb, const QString &path) const;
    //! The last request to that path; asserts that there was one.
    [[nodiscard]] const FakeRequest &last(Verb verb, const QString &path) const;
    [[nodiscard]] int running() const { return m_running; } //!< Not answered yet.
    [[nodiscard]] int mostRunning() const { return m_mostRunning; }
    [[nodiscard]] int cancelled() const { return m_cancelled; }

private:
    using Key = std::pair<Verb, QString>;
    [[nodiscard]] FakeReply replyTo(const FakeRequest &request);
    void settle(const Promise<HttpResponse> &promise, const Result<HttpResponse> &result);
    void schedule(const FakeReply &reply, const Promise<HttpResponse> &promise,
        const HttpRequest &request, std::chrono::milliseconds inactivity);
    Clock &m_clock;
    Handler m_handler;
    std::map<Key, FakeReply> m_always;
    std::map<Key, QList<FakeReply>> m_once;
    QList<FakeRequest> m_requests;
    int m_running = 0;
    int m_mostRunning = 0;
    int m_cancelled = 0;
};

} // namespace signalbox::test
