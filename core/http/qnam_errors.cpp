// SPDX-License-Identifier: Apache-2.0
#include "core/http/qnam_errors.h"

#include "core/http/tls_setup.h"

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

struct Reason {
    ErrorKind kind = ErrorKind::Network;
    QString message;
    QString hint;
    bool sent = true; //!< The request may have reached the server.
    QString code{};
};

QString checkServer()
{
    return u"Check that the server is running and that its address is right."_s;
}

Reason reasonOf(const Error &error, bool sent)
{
    return {error.kind, error.message, error.hint, sent, error.apiCode};
}

Reason tlsReason(const BrokenReply &reply)
{
    if (!reply.tlsErrors.isEmpty())
        return reasonOf(certificateError(reply.tlsErrors), false);
    return reasonOf(handshakeError(reply.errorText), false);
}

Reason brokenOff(const BrokenReply &reply)
{
    if (reply.isHttps && isAboutClientCertificate(reply.errorText))
        return reasonOf(handshakeError(reply.errorText), true);
    if (reply.status > 0)
        return {ErrorKind::Network,
            u"the connection broke off in the middle of the answer, after %1 bytes."_s.arg(
                reply.received),
            checkServer()};
    return {ErrorKind::Network, u"the server closed the connection without an answer."_s,
        reply.isHttps
            ? u"Check the server's log. It may want a client certificate that it accepts."_s
            : u"Check the server's log. If it uses TLS, the address begins with https://."_s};
}

Reason inactivityReason(const BrokenReply &reply)
{
    const QString time = QString::number(static_cast<double>(reply.inactivity.count()) / 1000.0);
    return {ErrorKind::Inactivity, u"the server was silent for "_s % time % u" s.",
        u"The server is busy or the network is broken. Try again later."_s};
}

bool isProxyError(const BrokenReply &reply)
{
    // A tunnel that cannot be made ends as "unknown", and only the words name the proxy.
    return (reply.error >= QNetworkReply::ProxyConnectionRefusedError
               && reply.error <= QNetworkReply::UnknownProxyError)
        || (reply.error == QNetworkReply::UnknownNetworkError
            && reply.errorText.startsWith(u"Proxy"_s));
}

bool isProtocolError(QNetworkReply::NetworkError error)
{
    return error >= QNetworkReply::ProtocolUnknownError && error <= QNetworkReply::ProtocolFailure;
}

Reason proxyReason(const BrokenReply &reply)
{
    const bool login = reply.error == QNetworkReply::ProxyAuthenticationRequiredError;
    const QString hint = login
        ? u"Give the proxy's user name and password in the connection's settings."_s
        : u"Check the proxy in the connection's settings (or HTTPS_PROXY and NO_PROXY)."_s;
    const QString message = login
        ? u"the proxy wants a user name and password."_s
        : u"the proxy did not let it through: "_s % reply.errorText % u'.';
    return {ErrorKind::Network, message, hint, false, login ? u"PROXY_LOGIN"_s : u"PROXY"_s};
}

Reason rareReason(const BrokenReply &reply)
{
    if (isProxyError(reply))
        return proxyReason(reply);
    // With TLS 1.3 the server says so only after the handshake.
    if (reply.isHttps && isAboutClientCertificate(reply.errorText))
        return reasonOf(handshakeError(reply.errorText), true);
    if (isProtocolError(reply.error))
        return {ErrorKind::Network, u"what answered there does not speak HTTP."_s, checkServer()};
    // A good status and an error: the body could not be decompressed.
    if (reply.status >= 200 && reply.status < 300)
        return {ErrorKind::Decode, u"the answer is damaged: "_s % reply.errorText % u'.', {}};
    return {ErrorKind::Network, reply.errorText % u'.', checkServer()};
}

Reason reasonOf(const BrokenReply &reply)
{
    if (reply.error == QNetworkReply::ConnectionRefusedError)
        return {ErrorKind::Network, u"the connection was refused."_s, checkServer(), false};
    if (reply.error == QNetworkReply::HostNotFoundError)
        return {ErrorKind::Dns, u"the host name has no address."_s,
            u"Check the spelling of the server address and the network connection."_s, false};
    if (reply.error == QNetworkReply::SslHandshakeFailedError)
        return tlsReason(reply);
    // Canceled means Qt's inactivity timer; our own aborts never get here.
    if (reply.error == QNetworkReply::OperationCanceledError
        || reply.error == QNetworkReply::TimeoutError)
        return inactivityReason(reply);
    if (reply.error == QNetworkReply::RemoteHostClosedError)
        return brokenOff(reply);
    if (reply.error == QNetworkReply::ContentReSendError)
        return {ErrorKind::Network,
            u"the connection broke off before the answer, and the request must not be sent twice."_s,
            u"It may have taken effect: look before repeating it."_s};
    return rareReason(reply);
}

} // namespace

Error errorOfReply(const BrokenReply &reply)
{
    Reason reason = reasonOf(reply);
    Error error = makeError(reason.kind, std::move(reason.message), std::move(reason.hint));
    error.httpStatus = reply.status;
    error.apiCode = std::move(reason.code);
    error.ambiguous = reason.sent && !reply.repeatable;
    return error;
}

} // namespace signalbox
