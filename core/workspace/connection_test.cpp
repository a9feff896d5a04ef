// SPDX-License-Identifier: Apache-2.0
#include "core/workspace/connection_test.h"

#include "core/base/redaction.h"
#include "core/http/request_url.h"
#include "core/mlflow/server.h"

#include <QtCore/QPointer>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! A file of ours cannot be used: nothing was sent.
bool isAboutOurFiles(const Error &error)
{
    return error.apiCode == u"TLS_CA_FILE" || error.apiCode == u"TLS_CLIENT_KEY";
}

bool isTls(const Error &error)
{
    return error.kind == ErrorKind::Tls || error.message.contains(u"no secure connection"_s);
}

QString described(const mlflow::ServerInfo &info)
{
    QString text = u"MLflow "_s % info.version;
    if (!info.storeType.isEmpty())
        text += u", "_s % info.storeType;
    if (!info.capabilities.isEmpty())
        text += u"; "_s % info.capabilities.join(u", "_s);
    return text % u'.';
}

} // namespace

QString nameOf(StepVerdict state)
{
    switch (state) {
    case StepVerdict::Passed:
        return u"ok"_s;
    case StepVerdict::Warning:
        return u"warning"_s;
    case StepVerdict::Failed:
        return u"failed"_s;
    case StepVerdict::Skipped:
        return u"skipped"_s;
    }
    return u"skipped"_s;
}

QJsonObject toJson(const ConnectionStep &step)
{
    return {{u"name"_s, step.name}, {u"state"_s, nameOf(step.state)},
        {u"ok"_s, step.state != StepVerdict::Failed}, {u"detail"_s, step.detail},
        {u"fix"_s, step.fix}};
}

ConnectionTest::ConnectionTest(
    RestConfig config, QObject *parent, std::unique_ptr<Transport> transport)
    : QObject(parent)
    , m_config(std::move(config))
    , m_transport(std::move(transport))
{
    m_config.retry.maxAttempts = 1;
}

ConnectionTest::~ConnectionTest() = default;

Call<ConnectionReport> ConnectionTest::run()
{
    // Given up: nothing more is asked and nothing more is said.
    m_promise.onCancel([self = QPointer<ConnectionTest>(this)] {
        if (self)
            self->m_server.reset();
    });
    QMetaObject::invokeMethod(this, &ConnectionTest::readSecrets, Qt::QueuedConnection);
    return m_promise.call();
}

void ConnectionTest::add(
    const QString &name, StepVerdict state, const QString &detail, const QString &fix)
{
    const ConnectionStep step{name, state, redact(detail), redact(fix)};
    m_report.steps.append(step);
    Q_EMIT stepDone(step);
}

void ConnectionTest::fail(const QString &name, const Error &error)
{
    add(name, StepVerdict::Failed, error.message, error.hint);
    if (!m_report.error)
        m_report.error = error;
}

void ConnectionTest::finish()
{
    m_promise.resolve(m_report);
}

void ConnectionTest::readSecrets()
{
    if (m_promise.isFinished())
        return;
    const auto fetch = std::exchange(m_config.fetchLink, nullptr);
    if (!fetch) {
        reach();
        return;
    }
    Q_EMIT stepStarted(u"secrets"_s);
    fetch().then(this, [this](const Result<LinkSettings> &link) {
        if (m_promise.isFinished())
            return;
        if (!link) {
            fail(u"secrets"_s, link.error());
            finish();
            return;
        }
        m_config.link = *link;
        add(u"secrets"_s, StepVerdict::Passed, u"The login was read from the keychain."_s);
        reach();
    });
}

void ConnectionTest::reach()
{
    Q_EMIT stepStarted(u"connect"_s);
    m_server = std::make_unique<mlflow::Server>(m_config, std::move(m_transport));
    m_server->server.health().then(this, [this](const Result<void> &health) { reached(health); });
}

ConnectionStep ConnectionTest::tlsStep() const
{
    if (m_config.baseUrl.scheme() != u"https" && isLoopback(m_config.baseUrl.host()))
        return {u"tls"_s, StepVerdict::Skipped, u"Plain http, which stays on this machine."_s, {}};
    if (m_config.baseUrl.scheme() != u"https")
        return {u"tls"_s, StepVerdict::Warning,
            u"Plain http: what is sent, the login included, can be read on the way."_s, {}};
    if (m_config.link.insecure)
        return {u"tls"_s, StepVerdict::Warning,
            u"Encrypted, but the certificate is not checked: anybody in between may be the "
            "server."_s,
            u"Name the file of its certificate authority instead of \"insecure\"."_s};
    return {u"tls"_s, StepVerdict::Passed, u"Encrypted, and the certificate is right."_s, {}};
}

void ConnectionTest::judgeReach(const Error &error)
{
    if (isAboutOurFiles(error)) {
        fail(u"tls"_s, error);
        finish();
        return;
    }
    if (error.httpStatus == 0 && error.kind != ErrorKind::Redirect && !isTls(error)
        && error.kind != ErrorKind::Decode) {
        fail(u"connect"_s, error);
        finish();
        return;
    }
    add(u"connect"_s, StepVerdict::Passed,
        u"Something listens at "_s % shownServer(m_config.baseUrl) % u'.');
    if (isTls(error)) {
        fail(u"tls"_s, error);
        finish();
        return;
    }
    const ConnectionStep tls = tlsStep();
    add(tls.name, tls.state, tls.detail, tls.fix);
    // A gateway in front may ask everything for a login, health included.
    if (error.kind == ErrorKind::Unauthorized) {
        add(u"http"_s, StepVerdict::Passed, u"It speaks HTTP and asks for a login."_s);
        recognise();
        return;
    }
    fail(error.kind == ErrorKind::Decode ? u"mlflow"_s : u"http"_s, error);
    finish();
}

void ConnectionTest::reached(const Result<void> &health)
{
    if (m_promise.isFinished())
        return;
    if (!health) {
        judgeReach(health.error());
        return;
    }
    add(u"connect"_s, StepVerdict::Passed,
        u"Something listens at "_s % shownServer(m_config.baseUrl) % u'.');
    const ConnectionStep tls = tlsStep();
    add(tls.name, tls.state, tls.detail, tls.fix);
    add(u"http"_s, StepVerdict::Passed,
        u"It answers in %1 ms."_s.arg(m_server->client().lastLatency().count()));
    recognise();
}

void ConnectionTest::recognise()
{
    Q_EMIT stepStarted(u"mlflow"_s);
    m_server->connectToServer().then(this, [this](const Result<mlflow::ServerInfo> &info) {
        if (m_promise.isFinished())
            return;
        if (info) {
            add(u"mlflow"_s, StepVerdict::Passed, described(*info));
            logIn();
        } else if (info.error().kind == ErrorKind::Unauthorized) {
            add(u"mlflow"_s, StepVerdict::Skipped, u"It tells its version only after a login."_s);
            judgeLogin(&info.error());
        } else if (info.error().apiCode == u"FEATURE_DISABLED") {
            add(u"mlflow"_s, StepVerdict::Passed, u"It is a server that can be used."_s);
            fail(u"workspace"_s, info.error());
            finish();
        } else {
            fail(u"mlflow"_s, info.error());
            finish();
        }
    });
}

void ConnectionTest::logIn()
{
    Q_EMIT stepStarted(u"login"_s);
    mlflow::ExperimentQuery query;
    query.maxResults = 1;
    m_server->experiments.search(query).then(
        this, [this](const Result<mlflow::Page<mlflow::Experiment>> &found) {
            if (!m_promise.isFinished())
                judgeLogin(found ? nullptr : &found.error());
        });
}

void ConnectionTest::judgeLogin(const Error *error)
{
    const bool hasLogin = !m_config.link.login.isEmpty();
    if (!error) {
        add(u"login"_s, StepVerdict::Passed,
            hasLogin ? u"The login is accepted, and experiments can be read."_s
                     : u"No login is needed, and experiments can be read."_s);
        judgeWorkspace();
        return;
    }
    Error told = *error;
    if (told.kind == ErrorKind::Unauthorized && !hasLogin)
        told.hint = u"Choose how to log in, and give user name and password, or the token."_s;
    fail(u"login"_s, told);
    finish();
}

void ConnectionTest::judgeWorkspace()
{
    if (!m_config.workspace.isEmpty())
        add(u"workspace"_s, StepVerdict::Passed,
            u"The workspace \"%1\" can be used."_s.arg(QString::fromUtf8(m_config.workspace)));
    finish();
}

} // namespace signalbox
