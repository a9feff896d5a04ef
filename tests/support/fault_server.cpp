// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fault_server.h"

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtNetwork/QTcpSocket>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace signalbox::test {

namespace {

using namespace std::chrono_literals;

constexpr std::array kNames{
    std::pair{Fault::None, "none"},
    std::pair{Fault::Delay, "delay"},
    std::pair{Fault::Trickle, "trickle"},
    std::pair{Fault::CloseEarly, "closed before the work"},
    std::pair{Fault::ResetEarly, "reset before the work"},
    std::pair{Fault::DropReply, "reply dropped"},
    std::pair{Fault::ResetReply, "reset in place of the reply"},
    std::pair{Fault::HalfBody, "half a body"},
    std::pair{Fault::ShortBody, "fewer bytes than announced"},
    std::pair{Fault::HangEarly, "hangs before the work"},
    std::pair{Fault::HangLate, "hangs after the work"},
    std::pair{Fault::Outage, "outage"},
    std::pair{Fault::NotHttp, "not HTTP"},
    std::pair{Fault::HtmlPage, "web page with 200"},
    std::pair{Fault::GarbageBody, "garbage with 200"},
    std::pair{Fault::EmptyBody, "nothing with 200"},
    std::pair{Fault::Huge, "huge body"},
    std::pair{Fault::DeflateBomb, "deflate bomb"},
    std::pair{Fault::BadDeflate, "damaged compression"},
    std::pair{Fault::BareNan, "bare NaN"},
    std::pair{Fault::BrokenUtf8, "broken UTF-8"},
    std::pair{Fault::DeepNesting, "deep nesting"},
    std::pair{Fault::JsonArray, "an array for an object"},
    std::pair{Fault::WrongTypes, "wrong types"},
    std::pair{Fault::DuplicateHeaders, "duplicate headers"},
    std::pair{Fault::ExtraBytes, "more bytes than announced"},
    std::pair{Fault::BadRequest, "400"},
    std::pair{Fault::Unauthorized, "401"},
    std::pair{Fault::Forbidden, "403"},
    std::pair{Fault::NotFound, "404"},
    std::pair{Fault::NotFoundPage, "404 by a proxy"},
    std::pair{Fault::RequestTimeout, "408"},
    std::pair{Fault::Conflict, "409"},
    std::pair{Fault::Unprocessable, "422"},
    std::pair{Fault::TooManyRequests, "429"},
    std::pair{Fault::RedirectAway, "redirect to another host"},
    std::pair{Fault::Unavailable, "503"},
    std::pair{Fault::InternalError, "500"},
    std::pair{Fault::BadGateway, "502"},
    std::pair{Fault::GatewayTimeout, "504"},
};

QByteArray messageOf(int status, const QByteArray &body, const HeaderList &headers)
{
    QByteArray text = "HTTP/1.1 " + QByteArray::number(status) + " Scripted\r\n";
    if (std::none_of(headers.begin(), headers.end(),
            [](const auto &header) { return header.first == "content-type"; }))
        text += "Content-Type: application/json\r\n";
    for (const auto &[name, value] : headers)
        text += name + ": " + value + "\r\n";
    return text + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

FakeRequest asFakeRequest(const LoopbackRequest &from, const QUrl &base)
{
    static const QMap<QByteArray, Verb> verbs{{"GET", Verb::Get}, {"HEAD", Verb::Head},
        {"POST", Verb::Post}, {"PUT", Verb::Put}, {"PATCH", Verb::Patch}, {"DELETE", Verb::Delete}};
    FakeRequest to;
    to.verb = verbs.value(from.verb);
    to.path = QString::fromLatin1(from.path());
    to.url = base.resolved(QUrl::fromEncoded(from.target));
    to.request.verb = to.verb;
    to.request.path = to.path;
    to.request.headers = from.headers;
    to.request.body = from.body;
    return to;
}

QByteArray mlflowError(const QByteArray &code)
{
    return "{\"error_code\": \"" + code + "\", \"message\": \"Injected.\"}";
}

} // namespace

QByteArray nameOf(Fault fault)
{
    const auto it = std::find_if(
        kNames.begin(), kNames.end(), [fault](const auto &name) { return name.first == fault; });
    return it == kNames.end() ? QByteArray("unknown") : QByteArray(it->second);
}

QList<Fault> allFaults()
{
    QList<Fault> all;
    for (const auto &[fault, name] : kNames) {
        if (fault != Fault::None)
            all.append(fault);
    }
    return all;
}

bool isCarriedOut(Fault fault)
{
    static const QList<Fault> done{Fault::None, Fault::Delay, Fault::Trickle, Fault::DropReply,
        Fault::ResetReply, Fault::HalfBody, Fault::ShortBody, Fault::HangLate, Fault::WrongTypes,
        Fault::DuplicateHeaders, Fault::ExtraBytes, Fault::InternalError, Fault::BadGateway,
        Fault::GatewayTimeout};
    return done.contains(fault);
}

FaultServer::FaultServer(Backend backend)
    : m_backend(std::move(backend))
{
    m_server.otherwise(
        [this](QTcpSocket &socket, const LoopbackRequest &request) { serve(socket, request); });
}

void FaultServer::atRandom(quint32 seed, double share, Fault only)
{
    m_only = only;
    m_random.seed(seed);
    m_share = share;
    m_deck.clear();
}

Fault FaultServer::draw()
{
    if (m_only != Fault::None)
        return m_only;
    if (m_deck.isEmpty()) {
        m_deck = allFaults();
        std::shuffle(m_deck.begin(), m_deck.end(), m_random);
    }
    return m_deck.takeLast();
}

void FaultServer::calm()
{
    m_script.clear();
    m_share = 0.0;
}

int FaultServer::count(const QByteArray &pathEnd, bool carriedOut) const
{
    return static_cast<int>(std::count_if(m_seen.begin(), m_seen.end(), [&](const Seen &seen) {
        return seen.path.endsWith(pathEnd) && (seen.carriedOut || !carriedOut);
    }));
}

Fault FaultServer::choose(const QByteArray &path)
{
    if (!m_script.isEmpty())
        return m_script.takeFirst();
    if (m_share <= 0.0 || std::uniform_real_distribution<>(0.0, 1.0)(m_random) >= m_share)
        return Fault::None;
    const Fault fault = draw();
    // What looks exactly like the right answer is no fault that anybody could notice: a well-formed
    // "there is nothing" to a search, and MLflow's own empty answer to a stored file.
    if (fault == Fault::WrongTypes && path.endsWith("/search"))
        return Fault::BareNan;
    return fault == Fault::EmptyBody && path.contains("/mlflow-artifacts/") ? Fault::HtmlPage
                                                                            : fault;
}

void FaultServer::serve(QTcpSocket &socket, const LoopbackRequest &request)
{
    const Fault fault = choose(request.path());
    m_seen.append({request.verb, request.path(), fault, isCarriedOut(fault)});
    if (fault != Fault::None) {
        ++m_injected;
        ++m_byKind[fault];
    }
    spoil(socket, request, fault);
}

QByteArray FaultServer::backendAnswer(const LoopbackRequest &request, Fault fault)
{
    const FakeReply reply = m_backend(asFakeRequest(request, m_server.url()));
    HeaderList headers = reply.headers;
    if (fault == Fault::DuplicateHeaders)
        headers += HeaderList{{"X-Twice", "a"}, {"X-Twice", "b"}, {"Set-Cookie", "a=1"},
            {"Set-Cookie", "b=2"}, {"Content-Length", QByteArray::number(reply.body.size())}};
    QByteArray body = request.verb == "HEAD" ? QByteArray() : reply.body;
    if (fault == Fault::WrongTypes)
        body = R"({"run": [7], "run_info": true, "experiment": "x", "experiment_id": {"a": 1},)"
               R"( "model_version": 3.5, "registered_model": [], "model": {"info": []}})";
    return messageOf(reply.status, body, headers);
}

void FaultServer::spoil(QTcpSocket &socket, const LoopbackRequest &request, Fault fault)
{
    if (isCarriedOut(fault)) {
        const QByteArray answer = backendAnswer(request, fault);
        if (fault == Fault::InternalError || fault == Fault::BadGateway
            || fault == Fault::GatewayTimeout)
            refusal(fault)(socket, request);
        else
            spoilConnection(socket, answer, fault);
        return;
    }
    if (fault == Fault::Outage)
        outage();
    else if (fault == Fault::CloseEarly || fault == Fault::ResetEarly)
        LoopbackServer::closeEarly(fault == Fault::ResetEarly)(socket, request);
    else if (fault >= Fault::BadRequest)
        refusal(fault)(socket, request);
    else if (fault != Fault::HangEarly)
        nonsense(fault)(socket, request);
}

void FaultServer::spoilConnection(QTcpSocket &socket, const QByteArray &answer, Fault fault)
{
    const qsizetype body = answer.indexOf("\r\n\r\n") + 4;
    const qsizetype half = body + (answer.size() - body) / 2;
    if (fault == Fault::Delay) {
        QTimer::singleShot(10ms, &socket, [&socket, answer] { socket.write(answer); });
    } else if (fault == Fault::Trickle) {
        for (qsizetype i = 0; i < 8; ++i) {
            const qsizetype from = answer.size() * i / 8;
            const QByteArray part = answer.mid(from, answer.size() * (i + 1) / 8 - from);
            QTimer::singleShot(2ms * i, &socket, [&socket, part] { socket.write(part); });
        }
    } else if (fault == Fault::DropReply) {
        socket.disconnectFromHost();
    } else if (fault == Fault::ResetReply) {
        socket.abort();
    } else if (fault == Fault::HalfBody) {
        socket.write(answer.left(half));
        socket.disconnectFromHost();
    } else if (fault == Fault::ShortBody) {
        socket.write(answer.left(half));
    } else if (fault == Fault::ExtraBytes) {
        socket.write(answer + "more than was announced");
    } else if (fault != Fault::HangLate) {
        socket.write(answer);
    }
}

void FaultServer::outage()
{
    m_server.stop();
    QTimer::singleShot(outageTime, &m_server, [this] { m_server.start(); });
}

LoopbackServer::Script FaultServer::nonsense(Fault fault) const
{
    const HeaderList html{{"content-type", "text/html"}};
    if (fault == Fault::NotHttp)
        return LoopbackServer::raw("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n");
    if (fault == Fault::HtmlPage)
        return LoopbackServer::answer(200, "<html><title>Sign in</title>Please.</html>", html);
    if (fault == Fault::GarbageBody)
        return LoopbackServer::answer(200, QByteArray("\x00\xff\x7f{\"run\": ", 11));
    if (fault == Fault::Huge)
        return LoopbackServer::huge(bombBytes);
    if (fault == Fault::DeflateBomb)
        return LoopbackServer::deflated(QByteArray(bombBytes, '\0'));
    if (fault == Fault::BadDeflate)
        return LoopbackServer::answer(200, "no stream at all", {{"Content-Encoding", "gzip"}});
    if (fault == Fault::BareNan)
        return LoopbackServer::answer(200, R"({"run": {"info": {"run_id": "x", "a": NaN}}})");
    if (fault == Fault::BrokenUtf8)
        return LoopbackServer::answer(200, "{\"run\": {\"info\": {\"run_id\": \"\xc3\x28\"}}}");
    if (fault == Fault::DeepNesting)
        return LoopbackServer::answer(
            200, QByteArray("{\"a\":").repeated(5000) + "1" + QByteArray("}").repeated(5000));
    if (fault == Fault::JsonArray)
        return LoopbackServer::answer(200, "[1, 2, 3]");
    return LoopbackServer::answer(200); // EmptyBody
}

LoopbackServer::Script FaultServer::refusal(Fault fault)
{
    static const QMap<Fault, std::pair<int, QByteArray>> answers{
        {Fault::BadRequest, {400, mlflowError("INVALID_PARAMETER_VALUE")}},
        {Fault::Unauthorized, {401, mlflowError("UNAUTHENTICATED")}},
        {Fault::Forbidden, {403, mlflowError("PERMISSION_DENIED")}},
        {Fault::NotFound, {404, mlflowError("RESOURCE_DOES_NOT_EXIST")}},
        {Fault::NotFoundPage, {404, "<html>nginx</html>"}},
        {Fault::RequestTimeout, {408, ""}},
        {Fault::Conflict, {409, mlflowError("RESOURCE_CONFLICT")}},
        {Fault::Unprocessable, {422, R"({"detail": [{"loc": ["body"], "msg": "wrong"}]})"}},
        {Fault::TooManyRequests, {429, mlflowError("REQUEST_LIMIT_EXCEEDED")}},
        {Fault::RedirectAway, {302, ""}},
        {Fault::Unavailable, {503, "upstream is starting"}},
        {Fault::InternalError, {500, mlflowError("INTERNAL_ERROR")}},
        {Fault::BadGateway, {502, "<html><h1>Bad Gateway</h1></html>"}},
        {Fault::GatewayTimeout, {504, ""}},
    };
    const auto &[status, body] = *answers.constFind(fault);
    HeaderList headers;
    if (fault == Fault::TooManyRequests || fault == Fault::Unavailable)
        headers.emplaceBack("Retry-After", "1");
    if (fault == Fault::RedirectAway)
        headers.emplaceBack("Location", "http://login.elsewhere.test/");
    return LoopbackServer::answer(status, body, headers);
}

} // namespace signalbox::test
