// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/terminal.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QMetaObject>

#include <csignal>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace signalbox {

namespace {
//! How long an online command drains the journal before it ends.
constexpr std::chrono::milliseconds kDrain = 2s;
constexpr std::chrono::milliseconds kShutDown = 3s;
} // namespace

Terminal::Terminal() = default;

void Terminal::start()
{
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
    connector.flush(kDrain).then(this, [quit](const Result<JournalStatus> &) { quit(); });
}

} // namespace signalbox
