// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/http/http_message.h"
#include "core/http/transport.h"
#include "core/resilience/circuit_breaker.h"
#include "core/resilience/retry_policy.h"

#include <QtCore/QUrl>

#include <functional>
#include <memory>

namespace signalbox {

class RequestQueue;

struct RestConfig {
    QUrl baseUrl; //!< Keeps its path; user-info is refused.
    HeaderList headers; //!< Sent with every request; Authorization lives here, in memory only.
    RetryPolicy retry;
    BreakerConfig breaker;
    int maxConcurrent =
        6; //!< What QNetworkAccessManager opens per host; more would only wait there.
    std::chrono::milliseconds timeoutCap{0}; //!< `--timeout`: shortens every class when set.
};

/*! One server: queue, deadline, retry, breaker permit, attempt, classification. Thread-confined,
 *  owned by mlflow::Server. Errors that come out are classified (five error shapes) and redacted.
 */
class RestClient final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestClient)

public:
    RestClient(RestConfig config, std::unique_ptr<Transport> transport,
        Clock &clock = systemClock(), QObject *parent = nullptr);
    ~RestClient() override;

    //! Any 2xx is a success; everything else an Error.
    [[nodiscard]] Call<HttpResponse> send(HttpRequest request);

    /*! send() and then `decode(HttpResponse) -> Result<T>`, which runs off the GUI thread for
     *  bodies above 1 MB. A body that does not decode ends as Decode. `decode` must not touch
     *  objects of this thread. */
    template <typename T>
    [[nodiscard]] Call<T> call(
        HttpRequest request, std::function<Result<T>(const HttpResponse &)> decode);

    [[nodiscard]] CircuitBreaker &breaker();
    [[nodiscard]] const QUrl &baseUrl() const;
    [[nodiscard]] int queued() const; //!< Waiting plus running requests.
    [[nodiscard]] std::chrono::milliseconds lastLatency() const; //!< Of the last answered attempt.

Q_SIGNALS:
    //! Every attempt, also rejected ones, after it ended.
    void attemptFinished(const signalbox::AttemptRecord &record);
    //! Number of waiting and running requests changed; coalesced.
    void queueChanged(int waitingAndRunning);
    //! A 401 arrived; credentials are missing or wrong.
    void unauthorized();

private:
    class Operation;
    static void runOffThread(std::function<void()> work);
    std::unique_ptr<struct RestClientPrivate> d;
};

template <typename T>
Call<T> RestClient::call(HttpRequest request, std::function<Result<T>(const HttpResponse &)> decode)
{
    static constexpr qsizetype kInlineBytes = 1 << 20;
    return send(std::move(request))
        .andThen(this, [this, decode = std::move(decode)](const HttpResponse &response) {
            Promise<T> promise;
            if (response.body.size() <= kInlineBytes) {
                promise.resolve(decode(response));
                return promise.call();
            }
            const auto slot = std::make_shared<std::optional<Result<T>>>();
            const QPointer<RestClient> self(this);
            auto deliver = std::make_shared<std::function<void()>>(
                [promise, slot] { promise.resolve(std::move(**slot)); });
            runOffThread([self, decode, response, slot, deliver]() mutable {
                slot->emplace(decode(response));
                // The promise must die in its own thread, so the last reference travels back.
                if (RestClient *client = self.data())
                    detail::postTo(client, [d2 = std::move(deliver)] { (*d2)(); });
            });
            return promise.call();
        });
}

} // namespace signalbox
