// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/terminal.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QMetaObject>
#include <QtCore/QTimer>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {
//! How long an online command drains the journal before it ends.
constexpr std::chrono::milliseconds kDrain = 2s;
constexpr std::chrono::milliseconds kShutDown = 3s;
//! A single request that runs into the same limit tells more, so it gets the first word.
constexpr std::chrono::milliseconds kFirstWord = 100ms;
} // namespace

Terminal::Terminal() = default;

void Terminal::start()
{
    m_started = std::chrono::steady_clock::now();
    QMetaObject::invokeMethod(
        this, [this] { command(); }, Qt::QueuedConnection);
}

Session &Terminal::session()
{
    if (!m_session) {
        m_session = std::make_unique<Session>(options);
        connect(m_session.get(), &Session::progress, this,
            [this](const QString &text) { out.progress(text); });
        connect(m_session.get(), &Session::notice, this,
            [this](const QString &text) { out.message(text); });
        connect(m_session.get(), &Session::opened, this, [this] {
            if (const QString &warning = m_session->standingWarning(); !warning.isEmpty())
                out.message(u"WARNING: "_s % warning);
        });
    }
    return *m_session;
}

void Terminal::offline(std::function<void(Session &)> then)
{
    const Result<void> opened = session().open();
    if (!opened) {
        fail(opened.error());
        return;
    }
    then(session());
}

void Terminal::online(std::function<void(Session &)> then)
{
    await(session().openAndStart(), [this, then = std::move(then)] {
        out.clearProgress();
        then(session());
    });
}

void Terminal::read(std::function<void(Session &)> then)
{
    limitByTimeout();
    online(std::move(then));
}

void Terminal::limitByTimeout(std::function<QJsonObject()> partial)
{
    if (options.timeout == 0ms)
        return;
    QTimer::singleShot(options.timeout + kFirstWord, this, [this, partial = std::move(partial)] {
        if (m_leaving)
            return;
        const QString seconds =
            QString::number(std::chrono::duration<double>(options.timeout).count());
        fail(makeError(ErrorKind::Deadline,
                 u"\"%1\" did not give a complete answer within %2 s."_s.arg(
                     session().serverTitle(), seconds),
                 u"The server is busy or unreachable. Try again, or allow more time with "
                 "--timeout."_s),
            partial ? partial() : QJsonObject());
    });
}

std::chrono::milliseconds Terminal::remainingTime() const
{
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - m_started);
    return std::max(options.timeout - spent, 0ms);
}

void Terminal::interrupt(int signalNumber)
{
    if (!m_leaving && onSignal && onSignal(signalNumber))
        return;
    if (m_signal != 0 || m_leaving) {
        ::_exit(128 + signalNumber);
        return;
    }
    m_signal = signalNumber;
    if (onInterrupt) {
        onInterrupt();
        return;
    }
    fail(makeError(ErrorKind::Cancelled, u"Interrupted."_s));
}

void Terminal::succeed(int code)
{
    leave(m_signal != 0 ? 128 + m_signal : code);
}

void Terminal::fail(const Error &error, const QJsonObject &partial, std::optional<int> code)
{
    if (m_leaving)
        return; // what it was about has been told
    out.clearProgress();
    if (out.json) {
        QJsonObject document = partial;
        document.insert(u"error"_s, error.toJson());
        out.document(document);
    }
    out.error(error.message, error.hint);
    const int failed = failureCode.value_or(exitCodeFor(error));
    leave(m_signal != 0 ? 128 + m_signal : code.value_or(failed));
}

void Terminal::leave(int code)
{
    if (m_leaving)
        return;
    m_leaving = true;
    if (const int problem = out.writeProblem(); problem != 0 && !failureCode) {
        out.error(u"The answer could not be written: %1."_s.arg(
                      QString::fromLocal8Bit(std::strerror(problem))),
            u"Check the free space where the output goes, and run the command again."_s);
        code = code == 0 ? 1 : code;
    }
    const auto quit = [code] { QCoreApplication::exit(code); };
    if (!drainsAtEnd || !m_session || !m_session->isOpen()) {
        quit();
        return;
    }
    Connector &connector = m_session->connector();
    if (m_signal != 0) {
        connector.shutDown(u"The program was interrupted."_s, kShutDown)
            .then(this, [quit](const Result<void> &) { quit(); });
        return;
    }
    // An unreachable server must not cost the drain time: what is pending stays in the journal.
    static constexpr int kUnreachable = 3;
    if (code == kUnreachable || connector.journalStatus().isEmpty()
        || connector.server().breaker().state() == BreakerState::Open) {
        quit();
        return;
    }
    const auto limit = options.timeout > 0ms ? std::min(kDrain, remainingTime()) : kDrain;
    connector.flush(limit).then(this, [quit](const Result<JournalStatus> &) { quit(); });
}

} // namespace signalbox
