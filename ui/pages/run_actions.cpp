// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_actions.h"

#include "core/tracking/connector.h"
#include "ui/models/formatters.h"
#include "ui/pages/ui_context.h"

#include <QtGui/QClipboard>
#include <QtGui/QDesktopServices>
#include <QtGui/QGuiApplication>
#include <QtWidgets/QWidget>

#include <memory>

using namespace Qt::StringLiterals;

namespace signalbox {

RunActions::RunActions(UiContext &context, QWidget *window)
    : QObject(window)
    , m_context(context)
    , m_window(window)
    , m_openUrl([](const QUrl &url) { QDesktopServices::openUrl(url); })
{
}

void RunActions::rename(const mlflow::Run &run)
{
    TextQuestion question;
    question.title = tr("Rename run");
    question.label = tr("Name");
    question.value = run.info.name;
    question.confirm = tr("Rename");
    m_context.dialogs().askText(
        m_window, question, [this, run](const std::optional<QString> &text) {
            const QString name = text.value_or(QString()).trimmed();
            if (name.isEmpty() || name == run.info.name || !m_context.connector())
                return;
            m_context.connector()
                ->renameRun(run.info.id, name)
                .then(this, [this, id = run.info.id, name](const Result<void> &result) {
                    if (result)
                        Q_EMIT renamed(id, name);
                    else
                        m_context.notify(result.error());
                });
        });
}

void RunActions::remove(const QList<mlflow::Run> &runs)
{
    if (runs.isEmpty())
        return;
    if (runs.size() == 1) {
        removeNow(runs); // one run comes back with one click
        return;
    }
    Question question;
    question.title = tr("Delete runs");
    question.text = tr("Delete %1 runs?").arg(runs.size());
    question.detail = tr("The server marks them as deleted; they can be restored.");
    question.confirm = tr("Delete %1 runs").arg(runs.size());
    question.destructive = true;
    m_context.dialogs().confirm(m_window, question, [this, runs](bool yes) {
        if (yes)
            removeNow(runs);
    });
}

void RunActions::removeNow(const QList<mlflow::Run> &runs)
{
    QList<RunId> ids;
    for (const mlflow::Run &run : runs)
        ids.append(run.info.id);
    forEach(
        ids, [this](const RunId &id) { return m_context.connector()->deleteRun(id); },
        [this](const QList<RunId> &done) { Q_EMIT removed(done); });
}

void RunActions::restore(const QList<RunId> &runs)
{
    forEach(
        runs, [this](const RunId &id) { return m_context.connector()->restoreRun(id); },
        [this](const QList<RunId> &done) { Q_EMIT restored(done); });
}

void RunActions::forEach(const QList<RunId> &runs,
    const std::function<Call<void>(const RunId &)> &one,
    const std::function<void(const QList<RunId> &)> &done)
{
    if (!m_context.connector() || runs.isEmpty())
        return;
    struct Batch {
        qsizetype open = 0;
        QList<RunId> ok;
        std::optional<Error> error;
    };
    const auto batch = std::make_shared<Batch>();
    batch->open = runs.size();
    for (const RunId &id : runs) {
        one(id).then(this, [this, id, batch, done](const Result<void> &result) {
            if (result)
                batch->ok.append(id);
            else
                batch->error = result.error();
            if (--batch->open > 0)
                return;
            if (batch->error)
                m_context.notify(*batch->error);
            if (!batch->ok.isEmpty())
                done(batch->ok);
        });
    }
}

void RunActions::copyId(const QList<mlflow::Run> &runs)
{
    QStringList ids;
    for (const mlflow::Run &run : runs)
        ids.append(run.info.id.text());
    if (ids.isEmpty())
        return;
    QGuiApplication::clipboard()->setText(ids.join(u'\n'));
    m_context.notify(Tone::Neutral,
        ids.size() == 1 ? tr("Run id copied") : tr("%1 run ids copied").arg(ids.size()));
}

QUrl RunActions::browserUrl(const QUrl &server, const mlflow::Run &run)
{
    QUrl url(server);
    url.setUserInfo({});
    if (!url.path().endsWith(u'/'))
        url.setPath(url.path() + u'/');
    url.setFragment(
        u"/experiments/"_s + run.info.experimentId.text() + u"/runs/" + run.info.id.text());
    return url;
}

void RunActions::openInBrowser(const mlflow::Run &run)
{
    if (m_context.server())
        m_openUrl(browserUrl(m_context.server()->url(), run));
}

} // namespace signalbox
