// SPDX-License-Identifier: Apache-2.0
#include "core/resilience/retry_policy.h"

#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <cmath>

namespace signalbox {

namespace {

constexpr int kNotImplemented = 501;

double uniform(const std::function<double()> &random)
{
    return random ? random() : QRandomGenerator::global()->generateDouble();
}

} // namespace

std::optional<std::chrono::milliseconds> RetryPolicy::nextDelay(
    int attempt, const Error &error, std::chrono::milliseconds remaining) const
{
    if (attempt >= maxAttempts || !isTransient(error))
        return std::nullopt;
    std::chrono::milliseconds delay{0};
    if (error.retryAfter) {
        delay = *error.retryAfter;
        if (delay > longestRetryAfter)
            return std::nullopt;
    } else {
        const double cap = std::min(static_cast<double>(maxDelay.count()),
            static_cast<double>(baseDelay.count()) * std::exp2(std::max(0, attempt - 1)));
        delay = std::chrono::milliseconds(static_cast<qint64>(cap * uniform(random)));
    }
    if (delay >= remaining)
        return std::nullopt;
    return delay;
}

bool isTransient(const Error &error)
{
    if (error.httpStatus == kNotImplemented)
        return false;
    return outcomeOf(&error) == Outcome::Failure;
}

Outcome outcomeOf(const Error *error)
{
    if (!error)
        return Outcome::Success;
    switch (error->kind) {
    case ErrorKind::Deadline:
    case ErrorKind::Inactivity:
    case ErrorKind::Network:
    case ErrorKind::Dns:
    case ErrorKind::RateLimited:
    case ErrorKind::ServerError:
        return Outcome::Failure;
    case ErrorKind::Unauthorized:
    case ErrorKind::Forbidden:
    case ErrorKind::NotFound:
    case ErrorKind::Conflict:
    case ErrorKind::InvalidRequest:
        return Outcome::Success;
    case ErrorKind::Cancelled:
    case ErrorKind::Tls:
    case ErrorKind::Redirect:
    case ErrorKind::CircuitOpen:
    case ErrorKind::Isolated:
    case ErrorKind::Decode:
    case ErrorKind::Local:
    case ErrorKind::InvalidInput:
    case ErrorKind::Engine:
    case ErrorKind::Refused:
    case ErrorKind::Usage:
        return Outcome::Neutral;
    }
    return Outcome::Neutral;
}

} // namespace signalbox
