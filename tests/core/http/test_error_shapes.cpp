// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/redaction.h"
#include "core/http/error_shapes.h"

#include <QtTest/QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

HttpResponse answer(int status, const QByteArray &body, const QByteArray &type = "application/json")
{
    HttpResponse response;
    response.status = status;
    response.body = body;
    response.headers = {{"content-type", type}};
    return response;
}

} // namespace

//! What servers answer instead of data, and what a person reads of it.
class TestErrorShapes final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shapes_data()
    {
        QTest::addColumn<HttpResponse>("response");
        QTest::addColumn<ErrorKind>("kind");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const HttpResponse &response, ErrorKind kind,
                             const QString &code, const QString &says) {
            QTest::newRow(name) << response << kind << code << says;
        };
        row("run not found",
            answer(404,
                R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "Run 'x' not found", "e": "2"})"),
            ErrorKind::NotFound, u"RESOURCE_DOES_NOT_EXIST"_s, u"Run 'x' not found"_s);
        row("exists already, told as 400",
            answer(400, R"({"error_code": "RESOURCE_ALREADY_EXISTS", "message": "dup"})"),
            ErrorKind::Conflict, u"RESOURCE_ALREADY_EXISTS"_s, u"dup"_s);
        row("a mistake told as 500",
            answer(500, R"({"error_code": "FEATURE_DISABLED", "message": "no workspaces"})"),
            ErrorKind::InvalidRequest, u"FEATURE_DISABLED"_s, u"no workspaces"_s);
        row("missing file told as 500",
            answer(500, R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no file"})"),
            ErrorKind::NotFound, u"RESOURCE_DOES_NOT_EXIST"_s, u"no file"_s);
        row("a real 500", answer(500, R"({"error_code": "INTERNAL_ERROR", "message": "disk"})"),
            ErrorKind::ServerError, u"INTERNAL_ERROR"_s, u"disk"_s);
        row("numeric code", answer(400, R"({"error_code": 3, "message": "old"})"),
            ErrorKind::InvalidRequest, u"3"_s, u"old"_s);
        row("FastAPI text", answer(404, R"({"detail": "Not Found"})"), ErrorKind::NotFound, {},
            u"Not Found"_s);
        row("FastAPI list",
            answer(422, R"({"detail": [{"loc": ["body", "name"], "msg": "field required"}]})"),
            ErrorKind::InvalidRequest, {}, u"body.name: field required"_s);
        row("switched off, FastAPI",
            answer(503, R"({"detail": "Artifact serving is disabled. Run `mlflow server`"})"),
            ErrorKind::InvalidRequest, u"FEATURE_DISABLED"_s, u"Artifact serving is disabled"_s);
        row("switched off, plain",
            answer(503, "Endpoint: /x disabled because the server is running without workspaces",
                "text/html; charset=utf-8"),
            ErrorKind::InvalidRequest, u"FEATURE_DISABLED"_s, u"without workspaces"_s);
        row("HTML 405",
            answer(405,
                "<!doctype html><title>405 Method Not Allowed</title>"
                "<style>p{}</style><h1>Method Not Allowed</h1><p>The method is not allowed.</p>",
                "text/html"),
            ErrorKind::InvalidRequest, {}, u"Method Not Allowed The method is not allowed."_s);
        row("HTML 500", answer(500, "<html><h1>Internal Server Error</h1></html>", "text/html"),
            ErrorKind::ServerError, {}, u"Internal Server Error"_s);
        row("plain 403",
            answer(403, "Invalid Host header - possible DNS rebinding attack", "text/plain"),
            ErrorKind::Forbidden, {}, u"Invalid Host header"_s);
        row("basic auth", answer(401, "You are not authenticated.", "text/html"),
            ErrorKind::Unauthorized, {}, u"You are not authenticated."_s);
        row("nothing", answer(502, "", "text/plain"), ErrorKind::ServerError, {},
            u"HTTP 502 without a reason"_s);
        row("too many", answer(429, "slow", "text/plain"), ErrorKind::RateLimited, {}, u"slow"_s);
        row("too slow", answer(408, "", "text/plain"), ErrorKind::Inactivity, {}, u"HTTP 408"_s);
        row("half JSON", answer(500, "{\"error_code\": \"INTER"), ErrorKind::ServerError, {},
            u"INTER"_s);
        row("JSON of somebody else", answer(400, R"({"foo": 1})"), ErrorKind::InvalidRequest, {},
            u"foo"_s);
    }
    void shapes()
    {
        QFETCH(HttpResponse, response);
        QFETCH(ErrorKind, kind);
        QFETCH(QString, code);
        QFETCH(QString, says);
        const Error error = errorOfAnswer(response);
        QCOMPARE(error.kind, kind);
        QCOMPARE(error.apiCode, code);
        QCOMPARE(error.httpStatus, response.status);
        QVERIFY2(error.message.contains(says), qPrintable(error.message));
        QVERIFY2(
            error.message.contains(QString::number(response.status)), qPrintable(error.message));
    }

    void theRemedyOfTheHostCheckNamesTheOption()
    {
        const Error host = errorOfAnswer(answer(403, "Invalid Host header - possible ..."));
        QVERIFY(host.hint.contains(u"--allowed-hosts"_s));
        const Error origin = errorOfAnswer(answer(403, "Cross-origin request blocked"));
        QVERIFY(origin.hint.contains(u"--cors-allowed-origins"_s));
        QVERIFY(!errorOfAnswer(answer(401, "")).hint.isEmpty());
    }

    void notFoundIsMlflowsWordAlone()
    {
        const Error known = errorOfAnswer(
            answer(404, R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no run"})"));
        QCOMPARE(exitCodeFor(known), 5);
        const Error foreign = errorOfAnswer(answer(404, "<html>nginx</html>", "text/html"));
        QCOMPARE(exitCodeFor(foreign), 1);
        QVERIFY(foreign.hint.contains(u"address"_s));
        QCOMPARE(exitCodeFor(makeError(ErrorKind::NotFound, u"no such profile"_s)), 5);
    }

    void hostileTextIsTamed()
    {
        rememberSecret(u"very-secret-password"_s);
        const QByteArray evil = "\x1b[31mred\x07 \xe2\x80\xae"
                                "desrever very-secret-password\n\n"
            + QByteArray(100'000, 'x');
        const Error error = errorOfAnswer(answer(500, evil, "text/plain"));
        QVERIFY(error.message.size() < 1'200);
        QVERIFY(!error.message.contains(u"very-secret"_s));
        for (const QChar c : error.message)
            QVERIFY(c.category() != QChar::Other_Control && c.category() != QChar::Other_Format);
    }

    void graphqlErrorsWithoutDataAreFailures_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<bool>("fails");
        QTest::newRow("texts") << QByteArray(R"({"errors": ["bad field"], "data": null})") << true;
        QTest::newRow("objects") << QByteArray(R"({"errors": [{"message": "bad field"}]})") << true;
        QTest::newRow("beside data")
            << QByteArray(R"({"errors": ["bad field"], "data": {"x": 1}})") << false;
        QTest::newRow("none") << QByteArray(R"({"data": {"x": 1}})") << false;
        QTest::newRow("not JSON") << QByteArray("<html>") << false;
    }
    void graphqlErrorsWithoutDataAreFailures()
    {
        QFETCH(QByteArray, body);
        QFETCH(bool, fails);
        HttpRequest request;
        request.path = u"/graphql"_s;
        const auto error = errorInsideSuccess(request, answer(200, body));
        QCOMPARE(error.has_value(), fails);
        if (error)
            QVERIFY(error->message.contains(u"bad field"_s));
        request.path = u"/other"_s;
        QVERIFY(!errorInsideSuccess(request, answer(200, body)));
    }

    void retryAfterIsSecondsOrADate()
    {
        HttpResponse response = answer(429, "");
        QVERIFY(!retryAfterOf(response));
        response.headers = {{"retry-after", "120"}};
        QVERIFY(*retryAfterOf(response) == 120s);
        response.headers = {{"retry-after", "soon"}};
        QVERIFY(!retryAfterOf(response));
        response.headers = {{"retry-after", "-5"}};
        QVERIFY(!retryAfterOf(response));
        response.headers = {{"date", "Thu, 01 Jan 2026 00:00:00 GMT"},
            {"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}};
        QVERIFY(*retryAfterOf(response) == 30s);
        response.headers = {{"date", "Thu, 01 Jan 2026 00:01:00 GMT"},
            {"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}};
        QVERIFY(!retryAfterOf(response));
    }
};

QTEST_GUILESS_MAIN(TestErrorShapes)
#include "test_error_shapes.moc"
