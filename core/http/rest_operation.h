// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/request_queue.h"
#include "core/http/rest_client.h"

#include <optional>

namespace signalbox {

/*! One request on its way through a RestClient: waits in the queue, runs attempts until one is
 *  final or time is up. Belongs to its client; disappears before it resolves its call, so that
 *  whoever listens may do anything, even delete the client. */
class RestOperation final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestOperation)

public:
    RestOperation(RestClient &client, HttpRequest request, Promise<HttpResponse> promise);
    ~RestOperation() override;
    //! The caller gave up: stops everything without resolving.
    void cancel();

private:
    void enterQueue(bool again);
    void start();
    void attempt();
    void heldBack(const Error &error);
    void waitForLink();
    void answered(const Result<HttpResponse> &result);
    void failed(Error error);
    void outOfTime();
    void retryIn(std::chrono::milliseconds delay, const Error &error);
    void report(const Error *error);
    void noteLogin(const Error *error);
    void record(int status, const QString &error);
    void finish(Result<HttpResponse> result);
    void leaveClient();

    [[nodiscard]] HttpRequest preparedRequest() const;
    [[nodiscard]] Result<HttpResponse> judge(const Result<HttpResponse> &result) const;
    [[nodiscard]] Outcome outcomeFor(const Error &error) const;
    [[nodiscard]] bool mayRetry(const Error &error) const;
    [[nodiscard]] std::chrono::milliseconds remaining() const;
    [[nodiscard]] Failure decorated(Error error) const;
    [[nodiscard]] QString requestId() const;

    RestClient &m_client;
    HttpRequest m_request;
    std::optional<Promise<HttpResponse>> m_promise;
    QueueTicket m_ticket;
    Call<HttpResponse> m_call;
    std::shared_ptr<Permit> m_permit;
    QString m_id;
    int m_attempt = 0;
    std::chrono::milliseconds m_total{0}; //!< 0 for transfers: no deadline.
    std::chrono::milliseconds m_inactivity{0};
    std::optional<Clock::TimePoint> m_deadline;
    Clock::TimePoint m_attemptStart;
    qint64 m_attemptTimeMs = 0;
    bool m_attemptRuns = false;
    bool m_left = false;
};

} // namespace signalbox
