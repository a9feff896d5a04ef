// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ui_context.h"

#include "core/tracking/connector.h"
#include "ui/pages/connection_monitor.h"

using namespace Qt::StringLiterals;

namespace signalbox {

UiContext::UiContext(QObject *parent)
    : QObject(parent)
    , m_monitor(std::make_unique<ConnectionMonitor>(*this))
{
}

UiContext::~UiContext() = default;

Call<mlflow::ServerInfo> UiContext::testServer(const QUrl &url)
{
    RestConfig config;
    config.baseUrl = url;
    config.retry.maxAttempts = 1;
    auto *server = new mlflow::Server(config, nullptr, systemClock(), this);
    const Call<mlflow::ServerInfo> call = server->connectToServer();
    call.then(this, [server](const Result<mlflow::ServerInfo> &) { server->deleteLater(); });
    return call;
}

void UiContext::openPage(const QString &id, const PageTarget &target)
{
    Q_EMIT pageRequested(id, target);
}

void UiContext::openRun(const RunId &run)
{
    PageTarget target;
    target.run = run;
    openPage(u"runs"_s, target);
}

void UiContext::openModel(const QString &name, const QString &version)
{
    PageTarget target;
    target.model = name;
    target.version = version;
    openPage(u"models"_s, target);
}

void UiContext::notify(Tone tone, const QString &text)
{
    Q_EMIT notified(tone, text);
}

void UiContext::notify(const Error &error)
{
    if (error.kind != ErrorKind::Cancelled)
        Q_EMIT notified(Tone::Bad, error.text());
}

} // namespace signalbox
