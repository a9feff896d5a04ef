// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace signalbox {

/*! The signals of one running operation. Lives in the thread that started the operation and is
 *  owned by it; connect right after the call was made. */
class PendingCall final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PendingCall)

public:
    PendingCall() = default;

Q_SIGNALS:
    //! An attempt was handed to the network; 1 for the first.
    void started(int attempt);
    //! An attempt failed and another one follows after `delay`.
    void retryScheduled(
        int attempt, std::chrono::milliseconds delay, const signalbox::Error &error);
    //! Bytes moved so far; `total` is -1 while unknown.
    void progress(qint64 done, qint64 total);
    //! Exactly once, in every case, after the result is stored.
    void finished();
};

namespace detail {

void postTo(QObject *context, std::function<void()> work);

template <typename T> struct CallState final {
    std::shared_ptr<const Result<T>> result;
    std::function<void()> onCancel;
    struct Continuation {
        QPointer<QObject> context;
        std::function<void(const Result<T> &)> run;
    };
    std::vector<Continuation> continuations;
    PendingCall signalsObject;

    void deliver(const Continuation &c)
    {
        if (QObject *context = c.context.data())
            postTo(context, [run = c.run, value = result] { run(*value); });
    }
    void resolve(Result<T> value)
    {
        if (result)
            return;
        result = std::make_shared<const Result<T>>(std::move(value));
        onCancel = nullptr;
        const auto pending = std::exchange(continuations, {});
        for (const Continuation &c : pending)
            deliver(c);
        Q_EMIT signalsObject.finished();
    }
};

} // namespace detail

} // namespace signalbox
