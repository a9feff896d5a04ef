// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/pending_call.h"
#include "core/base/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace signalbox {

template <typename T> class Promise;

/*! A cheap, copyable handle to one running operation, confined to the thread that made it.
 *  Dropping the handle does not cancel; ScopedCall does. */
template <typename T> class Call final {
public:
    using Value = T;
    Call() = default;

    //! A call that is finished already; `then` still delivers through the event loop.
    [[nodiscard]] static Call finished(Result<T> result);

    [[nodiscard]] bool isValid() const { return m_state != nullptr; }
    [[nodiscard]] bool isFinished() const { return m_state && m_state->result; }
    //! The outcome, or null while the operation runs.
    [[nodiscard]] const Result<T> *result() const
    {
        return m_state ? m_state->result.get() : nullptr;
    }
    [[nodiscard]] PendingCall *pending() const { return &m_state->signalsObject; }

    /*! Runs `f(const Result<T> &)` exactly once, from the event loop, in the context's thread;
     *  never after the context died. Several may be attached, also after the end. */
    const Call &then(QObject *context, std::function<void(const Result<T> &)> f) const
    {
        typename detail::CallState<T>::Continuation c{context, std::move(f)};
        if (m_state->result)
            m_state->deliver(c);
        else
            m_state->continuations.push_back(std::move(c));
        return *this;
    }

    /*! Starts `next(value)` after a success and yields its outcome; a failure passes through.
     *  Cancelling the returned call cancels whichever step is running. If the context dies first,
     *  the returned call ends as Cancelled. */
    template <typename F> auto andThen(QObject *context, F next) const;

    //! Gives up. Idempotent; without effect once finished. The result becomes Cancelled.
    void cancel() const
    {
        if (!m_state || m_state->result)
            return;
        const auto keep = m_state;
        if (const auto hook = std::exchange(keep->onCancel, nullptr))
            hook();
        keep->resolve(
            Failure(ErrorKind::Cancelled, QStringLiteral("The operation was cancelled.")));
    }

private:
    friend class Promise<T>;
    explicit Call(std::shared_ptr<detail::CallState<T>> state)
        : m_state(std::move(state))
    {
    }
    std::shared_ptr<detail::CallState<T>> m_state;
};

/*! The producing end of a Call. Copies share one state; when the last copy dies unresolved, the
 *  call ends as Cancelled, so nobody waits for ever. */
template <typename T> class Promise final {
public:
    Promise()
        : m_guard(std::make_shared<Guard>())
    {
    }
    [[nodiscard]] Call<T> call() const { return Call<T>(m_guard->state); }
    [[nodiscard]] PendingCall *pending() const { return &m_guard->state->signalsObject; }
    [[nodiscard]] bool isFinished() const { return m_guard->state->result != nullptr; }
    //! First resolution wins; later ones are ignored.
    void resolve(Result<T> result) const { m_guard->state->resolve(std::move(result)); }
    //! What to do when the caller cancels; the result is set by the call itself afterwards.
    void onCancel(std::function<void()> hook) const { m_guard->state->onCancel = std::move(hook); }

private:
    struct Guard {
        std::shared_ptr<detail::CallState<T>> state = std::make_shared<detail::CallState<T>>();
        Guard() = default;
        Q_DISABLE_COPY_MOVE(Guard)
        ~Guard()
        {
            state->resolve(
                Failure(ErrorKind::Cancelled, QStringLiteral("The operation was abandoned.")));
        }
    };
    std::shared_ptr<Guard> m_guard;
};

template <typename T> Call<T> Call<T>::finished(Result<T> result)
{
    Promise<T> promise;
    promise.resolve(std::move(result));
    return promise.call();
}

namespace detail {
//! Starts the next step of a chain with the value, or without one for Call<void>.
template <typename T, typename F> auto startNext(const F &next, const Result<T> &result)
{
    if constexpr (std::is_void_v<T>)
        return next();
    else
        return next(result.value());
}
} // namespace detail

template <typename T> template <typename F> auto Call<T>::andThen(QObject *context, F next) const
{
    using NextCall = decltype(detail::startNext<T>(next, std::declval<const Result<T> &>()));
    using U = typename NextCall::Value;
    Promise<U> promise;
    const Call<U> outer = promise.call();
    promise.onCancel([self = *this] { self.cancel(); });
    // The continuation owns the promise: a dead context drops it, which ends the call.
    then(context, [context, next = std::move(next), promise](const Result<T> &result) {
        if (promise.isFinished())
            return;
        if (!result) {
            promise.resolve(result.failure());
            return;
        }
        const NextCall inner = detail::startNext<T>(next, result);
        promise.onCancel([inner] { inner.cancel(); });
        inner.then(context, [promise](const Result<U> &r) { promise.resolve(r); });
    });
    return outer;
}

//! Cancels the call it holds when it dies or gets a new one: "the latest wins" for models and
//! pages.
template <typename T> class ScopedCall final {
public:
    ScopedCall() = default;
    ~ScopedCall() { m_call.cancel(); }
    Q_DISABLE_COPY_MOVE(ScopedCall)
    ScopedCall &operator=(Call<T> call)
    {
        m_call.cancel();
        m_call = std::move(call);
        return *this;
    }
    [[nodiscard]] const Call<T> &call() const { return m_call; }
    [[nodiscard]] bool isRunning() const { return m_call.isValid() && !m_call.isFinished(); }
    void cancel() { m_call.cancel(); }

private:
    Call<T> m_call;
};

} // namespace signalbox
