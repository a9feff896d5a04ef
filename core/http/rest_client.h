// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/http/http_message.h"
#include "core/http/link_settings.h"
#include "core/http/transport.h"
#include "core/resilience/circuit_breaker.h"
#include "core/resilience/retry_policy.h"

#include <QtCore/QUrl>

#include <functional>
#include <memory>

namespace signalbox {

struct RestConfig {
    QUrl baseUrl; //!< Keeps its path; user-info is refused.
    HeaderList headers; //!< Sent with every request.
    LinkSettings link{}; //!< Login, certificates, proxy; in memory only.
    /*! Where `link` comes from when it must be asked for: called before the first request and again
     *  after the server refused the login. */
    std::function<Call<LinkSettings>()> fetchLink{};
    QString loginHint{}; //!< What to do about a refused login; empty takes a general one.
    QByteArray workspace{}; //!< MLflow workspace; sent with everything but probes.
    RetryPolicy retry;
    BreakerConfig breaker;
    int maxConcurrent =
        6; //!< What QNetworkAccessManager opens per host; more would only wait there.
    std::chrono::milliseconds probeTimeout{5'000};
    std::chrono::milliseconds requestTimeout{60'000}; //!< Pages may take twice as long.
    std::chrono::milliseconds timeoutCap{0}; //!< `--timeout`: shortens every class when set.
};

/*! One server: queue, deadline, retry, breaker permit, attempt, classification. Thread-confined,
 *  owned by mlflow::Server. Errors that come out are classified (five error shapes), redacted and
 *  say which request failed, why, and what to do.
 *
 *  The deadline of a request starts when it leaves the queue and covers its retries. Only
 *  repeatable requests are retried; pages not after a timeout, the server goes on computing them.
 *  Destroying the client ends everything as Cancelled. */
class RestClient final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestClient)

public:
    RestClient(RestConfig config, std::unique_ptr<Transport> transport,
        Clock &clock = systemClock(), QObject *parent = nullptr);
    ~RestClient() override;

    //! Any 2xx is a success; everything else an Error. Starts from the event loop, never at once.
    [[nodiscard]] Call<HttpResponse> send(HttpRequest request);

    /*! send() and then `decode(HttpResponse) -> Result<T>`, which runs off this thread for bodies
     *  above 1 MB. A body that does not decode ends as Decode. `decode` must not touch objects of
     *  this thread. */
    template <typename T>
    [[nodiscard]] Call<T> call(
        HttpRequest request, std::function<Result<T>(const HttpResponse &)> decode);

    [[nodiscard]] CircuitBreaker &breaker();
    [[nodiscard]] const CircuitBreaker &breaker() const;
    [[nodiscard]] const QUrl &baseUrl() const;
    /*! The bare network, without this server's headers, credentials, breaker and retries: for
     *  addresses elsewhere that the server hands out, such as signed URLs of a storage. */
    [[nodiscard]] Transport &transport();
    //! The same server at another address, such as a local one whose port had to change. Requests
    //! on their way end at the old address, retries go to the new one.
    void setBaseUrl(const QUrl &url);
    //! The login, the certificates or the proxy are new: what was refused may be tried again.
    void setLink(const LinkSettings &link);
    //! The same, fetched anew; without a `fetchLink` only refusals are forgotten.
    void renewLink();
    [[nodiscard]] int queued() const; //!< Waiting plus running requests.
    [[nodiscard]] QueueStatus queueStatus() const; //!< The same in detail.
    [[nodiscard]] std::chrono::milliseconds lastLatency() const; //!< Of the last answered attempt.

Q_SIGNALS:
    //! Every attempt, also rejected and cancelled ones, after it ended. Through the event loop.
    void attemptFinished(const signalbox::AttemptRecord &record);
    //! Number of waiting and running requests changed; coalesced to one per event loop turn.
    void queueChanged(int waitingAndRunning);
    //! A 401 arrived; credentials are missing or wrong. Through the event loop.
    void unauthorized();
    //! The server accepted a request again after it had refused the login.
    void authorized();

private:
    friend class RestOperation;
    //! `work` runs in the thread pool, `done` here, or never when this client dies first.
    void runOffThread(std::function<void()> work, std::function<void()> done);
    [[nodiscard]] static Error decodeFailure(
        const Error &error, const QString &request, const HttpResponse &response, bool once);
    [[nodiscard]] QString describe(const HttpRequest &request) const;
    static void forwardSignals(PendingCall *from, PendingCall *to);
    void noteQueue();

    struct Private;
    std::unique_ptr<Private> d;
};

template <typename T>
Call<T> RestClient::call(HttpRequest request, std::function<Result<T>(const HttpResponse &)> decode)
{
    static constexpr qsizetype kInlineBytes = 1 << 20;
    const QString what = describe(request);
    const bool once = !request.isRepeatable();
    const Call<HttpResponse> sent = send(std::move(request));
    const Promise<T> promise;
    forwardSignals(sent.pending(), promise.pending());
    promise.onCancel([sent] { sent.cancel(); });
    // From here on the promise lives in continuations of this thread only, whatever dies first.
    sent.then(this,
        [this, what, once, promise, decode = std::move(decode)](
            const Result<HttpResponse> &result) {
            if (promise.isFinished())
                return;
            if (!result) {
                promise.resolve(result.failure());
                return;
            }
            const auto conclude = [promise, what, once](
                                      const Result<T> &decoded, const HttpResponse &response) {
                if (decoded)
                    promise.resolve(decoded);
                else
                    promise.resolve(Failure(decodeFailure(decoded.error(), what, response, once)));
            };
            const HttpResponse response = result.value();
            if (response.body.size() <= kInlineBytes) {
                conclude(decode(response), response);
                return;
            }
            const auto slot = std::make_shared<std::optional<Result<T>>>();
            runOffThread([decode, response, slot] { slot->emplace(decode(response)); },
                [slot, response, conclude] { conclude(**slot, response); });
        });
    return promise.call();
}

} // namespace signalbox
