// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ui_context.h"

#include "core/tracking/connector.h"
#include "core/workspace/connection_test.h"
#include "core/workspace/secrets.h"
#include "ui/pages/connection_monitor.h"

using namespace Qt::StringLiterals;

namespace signalbox {

UiContext::UiContext(QObject *parent)
    : QObject(parent)
    , m_monitor(std::make_unique<ConnectionMonitor>(*this))
{
}

UiContext::~UiContext() = default;

Call<void> UiContext::renewConnection()
{
    return Call<void>::finished({});
}

ConnectionTest *UiContext::newConnectionTest(const Profile &profile, const ProfileSecrets &typed)
{
    RestConfig config;
    config.baseUrl = profile.url;
    config.link = linkOf(profile, typed);
    config.workspace = profile.workspace.toUtf8();
    return new ConnectionTest(std::move(config));
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
