// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/composition/session.h"
#include "app/terminal/output.h"

#include <QtCore/QObject>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace signalbox {

/*! One invocation of signalboxctl: global options, the session, the way out. A command stores what
 *  to do in `command`; it runs once the event loop runs and ends by one of the finish functions.
 *  Main thread; lives in main(). */
class Terminal final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Terminal)

public:
    Terminal();

    SessionOptions options;
    Output out;
    //! What the chosen command does; set by its CLI11 callback.
    std::function<void()> command;
    /*! Called on SIGINT or SIGTERM instead of ending at once; must lead to a finish call. */
    std::function<void()> onInterrupt;
    /*! Asked first about every signal, also repeated ones; true when it is dealt with. */
    std::function<bool(int)> onSignal;
    //! Exit code of every failure, instead of one by its kind.
    std::optional<int> failureCode;
    //! The command has replayed what it wants to; leave without another try.
    bool drainsAtEnd = true;

    void start();
    //! SIGINT or SIGTERM arrived; a second one ends at once.
    void interrupt(int signalNumber);
    [[nodiscard]] bool isInterrupted() const { return m_signal != 0; }

    [[nodiscard]] Session &session(); //!< Built on first use.

    //! Session with server and connector, the local workspace started when needed.
    void online(std::function<void(Session &)> then);
    /*! The same for a command that only reads: `--timeout` bounds all of it, however many requests
     *  it makes. What it has done until then is told inside `partial`. */
    void read(std::function<void(Session &)> then);
    void limitByTimeout(std::function<QJsonObject()> partial = {});
    //! Session with server and connector objects, without any request.
    void offline(std::function<void(Session &)> then);

    /*! Attaches `then` to the call: a failure ends the program with its message and exit code.
     *  Interrupting the program cancels the call. */
    template <typename T, typename F> void await(Call<T> call, F then);
    //! The same, but a failure is handed on too.
    template <typename T, typename F> void awaitOutcome(Call<T> call, F then);

    void succeed(int code = 0);
    //! Prints the error (inside `partial` with --json) and ends with its exit code.
    void fail(const Error &error, const QJsonObject &partial = {}, std::optional<int> code = {});

private:
    void leave(int code);
    [[nodiscard]] std::chrono::milliseconds remainingTime() const;
    std::unique_ptr<Session> m_session;
    std::chrono::steady_clock::time_point m_started;
    int m_signal = 0;
    bool m_leaving = false;
};

template <typename T, typename F> void Terminal::awaitOutcome(Call<T> call, F then)
{
    onInterrupt = [call] { call.cancel(); };
    call.then(this, [this, then = std::move(then)](const Result<T> &result) {
        if (m_leaving)
            return; // the limit of time was quicker
        onInterrupt = nullptr;
        then(result);
    });
}

template <typename T, typename F> void Terminal::await(Call<T> call, F then)
{
    awaitOutcome(std::move(call), [this, then = std::move(then)](const Result<T> &result) {
        if (!result)
            fail(result.error());
        else if constexpr (std::is_void_v<T>)
            then();
        else
            then(result.value());
    });
}

} // namespace signalbox
