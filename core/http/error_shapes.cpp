// SPDX-License-Identifier: Apache-2.0
#include "core/http/error_shapes.h"

#include "core/base/redaction.h"
#include "core/json/json_reader.h"

#include <QtCore/QDateTime>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtCore/QStringDecoder>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

constexpr qsizetype kReadBytes = 64 * 1024;
constexpr qsizetype kLongestReason = 1000;

//! One line of plain text of bounded length, whatever the server sent.
QString tamed(QString text)
{
    for (QChar &c : text) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format)
            c = u' ';
    }
    text = text.simplified();
    if (text.size() > kLongestReason)
        text = text.left(kLongestReason) % u"...";
    return redact(text);
}

bool looksLikeHtml(const HttpResponse &response)
{
    return response.header("content-type").toLower().startsWith("text/html")
        || response.body.left(512).trimmed().startsWith('<');
}

QString textOfHtml(const QByteArray &body)
{
    static const QRegularExpression head(u"<(script|style|title)\\b.*?</\\1>"_s,
        QRegularExpression::DotMatchesEverythingOption | QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression tag(u"<[^>]*>"_s);
    const QString html = QString::fromUtf8(body.left(kReadBytes));
    return QString(html).remove(head).replace(tag, u" "_s);
}

QString titleOfHtml(const QByteArray &body)
{
    static const QRegularExpression title(
        u"<title[^>]*>([^<]*)</title>"_s, QRegularExpression::CaseInsensitiveOption);
    return title.match(QString::fromUtf8(body.left(kReadBytes))).captured(1);
}

struct Said {
    QString code;
    QString text;
};

//! FastAPI's detail is a text, or a list of what is wrong with which field.
QString textOfDetail(const JsonView &detail)
{
    if (!detail.isArray())
        return detail.asString();
    QStringList parts;
    detail.forEach([&parts](const JsonView &item) {
        QStringList where;
        item["loc"].forEach([&where](const JsonView &step) { where << step.asString(); });
        parts << QString(where.join(u'.') % u": " % item.string("msg"));
    });
    return parts.join(u"; "_s);
}

Said whatWasSaid(const HttpResponse &response)
{
    Said said;
    const QByteArray trimmed = response.body.left(kReadBytes).trimmed();
    if (trimmed.startsWith('{')) {
        const Result<void> read = readJson(response.body, [&said](const JsonView &root) {
            said.code = root.string("error_code");
            said.text = root.string("message");
            if (said.text.isEmpty())
                said.text = textOfDetail(root["detail"]);
            if (said.text.isEmpty())
                said.text = root.string("error");
        });
        if (read && !(said.code.isEmpty() && said.text.isEmpty()))
            return said;
    }
    said.text = looksLikeHtml(response) ? textOfHtml(response.body) : QString::fromUtf8(trimmed);
    return said;
}

std::optional<ErrorKind> kindOfCode(const QString &code)
{
    static const QSet<QString> invalid{u"INVALID_PARAMETER_VALUE"_s, u"BAD_REQUEST"_s,
        u"MALFORMED_REQUEST"_s, u"FEATURE_DISABLED"_s, u"INVALID_STATE"_s, u"NOT_IMPLEMENTED"_s,
        u"INVALID_STATE_TRANSITION"_s, u"RESOURCE_LIMIT_EXCEEDED"_s, u"MAX_LIST_SIZE_EXCEEDED"_s};
    static const QSet<QString> missing{u"RESOURCE_DOES_NOT_EXIST"_s, u"NOT_FOUND"_s,
        u"ENDPOINT_NOT_FOUND"_s, u"RESOURCE_NOT_FOUND"_s};
    static const QSet<QString> conflict{
        u"RESOURCE_ALREADY_EXISTS"_s, u"ALREADY_EXISTS"_s, u"RESOURCE_CONFLICT"_s, u"ABORTED"_s};
    if (invalid.contains(code))
        return ErrorKind::InvalidRequest;
    if (missing.contains(code))
        return ErrorKind::NotFound;
    if (conflict.contains(code))
        return ErrorKind::Conflict;
    if (code == u"UNAUTHENTICATED")
        return ErrorKind::Unauthorized;
    if (code == u"PERMISSION_DENIED" || code == u"CUSTOMER_UNAUTHORIZED")
        return ErrorKind::Forbidden;
    if (code == u"REQUEST_LIMIT_EXCEEDED" || code == u"RESOURCE_EXHAUSTED")
        return ErrorKind::RateLimited;
    return std::nullopt;
}

ErrorKind kindOfStatus(int status)
{
    switch (status) {
    case 401:
    case 407:
        return ErrorKind::Unauthorized;
    case 403:
        return ErrorKind::Forbidden;
    case 404:
    case 410:
        return ErrorKind::NotFound;
    case 408:
        return ErrorKind::Inactivity;
    case 409:
    case 412:
        return ErrorKind::Conflict;
    case 429:
        return ErrorKind::RateLimited;
    default:
        return status >= 500 ? ErrorKind::ServerError : ErrorKind::InvalidRequest;
    }
}

ErrorKind kindOf(int status, const Said &said)
{
    const bool statusDecides = status == 401 || status == 403 || status == 408 || status == 429;
    if (!statusDecides) {
        if (const auto kind = kindOfCode(said.code))
            return *kind;
    }
    return kindOfStatus(status);
}

//! MLflow answers 503 for parts of itself that are switched off; that is no outage.
bool isSwitchedOff(int status, const QString &text)
{
    return status == 503
        && (text.contains(u"disabled due to the mlflow server"_s, Qt::CaseInsensitive)
            || text.contains(u"disabled because the server is running"_s, Qt::CaseInsensitive)
            || text.startsWith(u"Artifact serving is"_s));
}

QString remedyFor(const Error &error, const QString &text)
{
    if (text.contains(u"Invalid Host header"_s))
        return u"The server refuses this host name. Start it with --allowed-hosts naming the host "
               u"with and without port (or MLFLOW_SERVER_ALLOWED_HOSTS), or connect by IP address."_s;
    if (text.contains(u"Cross-origin request blocked"_s))
        return u"A proxy adds a foreign Origin header. Remove it there, or start the server with "
               u"--cors-allowed-origins naming that origin."_s;
    if (text.contains(u"workspaces are not enabled"_s))
        return u"This connection names an MLflow workspace. Clear it in the settings (or "
               u"MLFLOW_WORKSPACE), or start the server with workspaces."_s;
    if (error.kind == ErrorKind::NotFound && text.startsWith(u"Workspace '"_s))
        return u"This connection names an MLflow workspace that is not there. Correct it in the "
               u"settings (or MLFLOW_WORKSPACE), or create it on the server."_s;
    if (error.kind == ErrorKind::Unauthorized)
        return u"Sign in: user name and password, or the token, are missing or wrong."_s;
    if (error.kind == ErrorKind::Forbidden)
        return u"The account may not do this. Ask the server's administrator for the permission."_s;
    if (error.kind == ErrorKind::RateLimited)
        return u"The server asks for a pause. Signalbox tries again later."_s;
    if (error.kind == ErrorKind::ServerError)
        return u"The server failed by itself. Its log tells more; try again later."_s;
    if (error.kind == ErrorKind::Inactivity)
        return u"The server gave up waiting for the request. Try again."_s;
    if (error.kind == ErrorKind::NotFound && error.apiCode.isEmpty())
        return u"This is not how MLflow answers: check the server's address, and the path in it."_s;
    if (error.kind == ErrorKind::NotFound)
        return u"Check the name or id; it may have been renamed or deleted."_s;
    if (error.kind == ErrorKind::Conflict)
        return u"Use what is there, or choose another name; what was deleted keeps its name."_s;
    return {}; // the server's own words are the best remedy for the rest
}

//! Qt reads these dates only with a numeric zone.
QDateTime httpDate(QByteArray text)
{
    if (text.endsWith(" GMT"))
        text.replace(text.size() - 3, 3, "+0000");
    return QDateTime::fromString(QString::fromLatin1(text), Qt::RFC2822Date);
}

} // namespace

Error errorOfAnswer(const HttpResponse &response)
{
    Said said = whatWasSaid(response);
    Error error;
    error.httpStatus = response.status;
    error.apiCode = tamed(said.code);
    error.kind = kindOf(response.status, said);
    if (isSwitchedOff(response.status, said.text)) {
        error.kind = ErrorKind::InvalidRequest;
        error.apiCode = u"FEATURE_DISABLED"_s;
    }
    const QString text = tamed(said.text);
    const QString mark = u"HTTP "_s % QString::number(response.status);
    error.message = text.isEmpty()
        ? QString(u"the server answered "_s % mark % u" without a reason.")
        : error.apiCode.isEmpty() ? QString(text % u" (" % mark % u')')
                                  : QString(text % u" (" % error.apiCode % u", " % mark % u')');
    error.hint = remedyFor(error, said.text);
    if (const auto wait = retryAfterOf(response))
        error.retryAfter = wait;
    error.requestId = response.requestId;
    return error;
}

std::optional<Error> errorInsideSuccess(const HttpRequest &request, const HttpResponse &response)
{
    static constexpr qsizetype kLargestError = 256 * 1024;
    if (!request.path.endsWith(u"/graphql") || response.body.size() > kLargestError)
        return std::nullopt;
    std::optional<Error> error;
    const Result<void> read = readJson(response.body, [&error](const JsonView &root) {
        if (root["errors"].size() == 0 || !root["data"].isNull())
            return;
        QStringList texts;
        root["errors"].forEach([&texts](const JsonView &item) {
            texts << (item.isObject() ? item.string("message") : item.asString());
        });
        error = makeError(ErrorKind::InvalidRequest, tamed(texts.join(u"; "_s)) % u" (GraphQL)");
        error->apiCode = u"GRAPHQL"_s;
    });
    if (!read || !error)
        return std::nullopt;
    error->httpStatus = response.status;
    error->requestId = response.requestId;
    return error;
}

Error explainDecodeError(Error error, const HttpResponse &response)
{
    error.httpStatus = response.status;
    error.requestId = response.requestId;
    if (error.kind != ErrorKind::Decode || !looksLikeHtml(response))
        return error;
    const QString title = tamed(titleOfHtml(response.body)).left(80);
    error.message = title.isEmpty()
        ? u"the answer is a web page instead of data."_s
        : QString(u"the answer is the web page \""_s % title % u"\" instead of data.");
    error.hint =
        u"A login page or proxy may stand in front of the server, or the address points to "
        u"something else. Open it in a browser to see."_s;
    return error;
}

std::optional<std::chrono::milliseconds> retryAfterOf(const HttpResponse &response)
{
    const QByteArray value = response.header("retry-after").trimmed();
    if (value.isEmpty())
        return std::nullopt;
    bool isNumber = false;
    const int seconds = value.toInt(&isNumber);
    if (isNumber)
        return seconds >= 0 ? std::optional(std::chrono::milliseconds(1000LL * seconds))
                            : std::nullopt;
    const QDateTime date = httpDate(value);
    const QDateTime now = httpDate(response.header("date"));
    if (!date.isValid() || !now.isValid() || date < now)
        return std::nullopt;
    return std::chrono::milliseconds(now.msecsTo(date));
}

} // namespace signalbox
