// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/http/link_settings.h"

#include <QtCore/QObject>

#include <functional>
#include <optional>

namespace signalbox {

/*! Stands before every attempt of a client. Fetches the link's settings (a keychain may have to be
 *  asked) when the first request is about to be sent, and once more after the server refused them.
 *
 *  A login that was refused is not sent again and again, which would lock the account: the client's
 *  requests end as Unauthorized without reaching the server for a few seconds, or until somebody
 *  says that the login is new. Where the login has worked before, one address that refuses it says
 *  little; three refusals in a row do. Same thread as its client. */
class LinkGate final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LinkGate)

public:
    using Fetch = std::function<Call<LinkSettings>()>;
    using Apply = std::function<void(const LinkSettings &)>;

    //! Without `fetch` the gate is open from the start. `apply` hands fetched settings on.
    LinkGate(Fetch fetch, Apply apply, Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] bool isOpen() const { return m_ready && !m_refusal; }
    //! Success as soon as attempts may go; else why not. Callers at the same time share one fetch.
    [[nodiscard]] Call<void> open();

    void succeeded(); //!< The server accepted the login.
    void refused(const Error &error); //!< 401.
    void renew(); //!< The login or the files may be new: forget refusals, fetch again.

private:
    void fetched(const Result<LinkSettings> &link);
    void hold(const Error &error);
    Fetch m_fetch;
    Apply m_apply;
    Clock &m_clock;
    bool m_ready = false;
    bool m_proven = false; //!< This login has worked.
    int m_refusals = 0; //!< In a row.
    std::optional<Error> m_refusal; //!< Given to everybody until m_heldUntil.
    Clock::TimePoint m_heldUntil;
    ScopedCall<LinkSettings> m_fetching;
    QList<Promise<void>> m_waiting;
};

} // namespace signalbox
