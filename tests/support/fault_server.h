// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fake_transport.h"
#include "tests/support/loopback_server.h"

#include <QtCore/QList>
#include <QtCore/QMap>

#include <functional>
#include <random>

namespace signalbox::test {

//! One way for a server, or for what stands in front of it, to misbehave.
enum class Fault : quint8 {
    None,
    // The connection. Dropped and cut replies belong to requests that were carried out.
    Delay,
    Trickle,
    CloseEarly,
    ResetEarly,
    DropReply,
    ResetReply,
    HalfBody,
    ShortBody, //!< Fewer bytes than announced, then silence.
    HangEarly,
    HangLate, //!< Carried out, never answered.
    Outage, //!< This and all other connections reset, nobody listens for a moment.
    // What is no answer, with status 200; nothing was carried out.
    NotHttp,
    HtmlPage,
    GarbageBody,
    EmptyBody,
    Huge,
    DeflateBomb,
    BadDeflate,
    BareNan,
    BrokenUtf8,
    DeepNesting,
    JsonArray,
    // An answer to a request that was carried out, which says nothing or nonsense.
    WrongTypes,
    DuplicateHeaders, //!< Of no consequence: the answer is right.
    ExtraBytes, //!< More bytes than announced; the answer is right.
    // Refusals by status; nothing was carried out.
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    NotFoundPage, //!< 404 by something that is not MLflow.
    RequestTimeout,
    Conflict,
    Unprocessable, //!< FastAPI's shape.
    TooManyRequests,
    RedirectAway,
    Unavailable,
    // A gateway's word about a request that was carried out all the same.
    InternalError,
    BadGateway,
    GatewayTimeout,
};

[[nodiscard]] QByteArray nameOf(Fault fault);
//! All but None.
[[nodiscard]] QList<Fault> allFaults();
//! Whether the server does what it was asked although the caller will not hear so.
[[nodiscard]] bool isCarriedOut(Fault fault);

/*! An HTTP server on loopback whose answers come from a backend and are then spoilt, by script or
 * by seed. Built on LoopbackServer; runs in the test's thread.
 *
 *      FakeMlflow mlflow;
 *      FaultServer server([&](const FakeRequest &r) { return mlflow.answer(r); });
 *      server.script({Fault::DropReply, Fault::None});     // for the next requests
 *      server.atRandom(seed, 0.3);                         // or three of ten, from now on
 *      server.calm();
 */
class FaultServer final {
public:
    using Backend = std::function<FakeReply(const FakeRequest &)>;
    struct Seen {
        QByteArray verb;
        QByteArray path;
        Fault fault = Fault::None;
        bool carriedOut = false;
    };

    explicit FaultServer(Backend backend);
    Q_DISABLE_COPY_MOVE(FaultServer)

    [[nodiscard]] QUrl url() const { return m_server.url(); }
    [[nodiscard]] bool isUp() const { return m_server.isUp(); }
    void script(QList<Fault> faults) { m_script = std::move(faults); }
    //! Kinds come from a shuffled deck, so that all were met once the deck is through.
    void atRandom(quint32 seed, double share, Fault only = Fault::None);
    void setShare(double share) { m_share = share; }
    void calm();

    [[nodiscard]] const QList<Seen> &seen() const { return m_seen; }
    //! Requests whose path ends so; only those that the backend got, if asked.
    [[nodiscard]] int count(const QByteArray &pathEnd, bool carriedOut = false) const;
    [[nodiscard]] int injected() const { return m_injected; }
    [[nodiscard]] const QMap<Fault, int> &injectedByKind() const { return m_byKind; }

    //! What Huge and DeflateBomb come to when unpacked.
    qint64 bombBytes = 4LL * 1024 * 1024;
    std::chrono::milliseconds outageTime{10};

private:
    void serve(QTcpSocket &socket, const LoopbackRequest &request);
    [[nodiscard]] Fault choose(const QByteArray &path);
    [[nodiscard]] Fault draw();
    void spoil(QTcpSocket &socket, const LoopbackRequest &request, Fault fault);
    void spoilConnection(QTcpSocket &socket, const QByteArray &answer, Fault fault);
    void outage();
    [[nodiscard]] LoopbackServer::Script nonsense(Fault fault) const;
    [[nodiscard]] static LoopbackServer::Script refusal(Fault fault);
    [[nodiscard]] QByteArray backendAnswer(const LoopbackRequest &request, Fault fault);

    Backend m_backend;
    LoopbackServer m_server;
    QList<Fault> m_script;
    QList<Fault> m_deck;
    Fault m_only = Fault::None;
    std::mt19937 m_random;
    double m_share = 0.0;
    QList<Seen> m_seen;
    QMap<Fault, int> m_byKind;
    int m_injected = 0;
};

} // namespace signalbox::test
