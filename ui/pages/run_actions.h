// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <QtCore/QObject>
#include <QtCore/QUrl>

#include <functional>

class QWidget;

namespace signalbox {

class UiContext;

/*! What a person does to runs, through the connector: rename, delete, restore, open elsewhere.
 *  Asks where something could be lost, reports failures as notices. Main thread; owned by a page.
 */
class RunActions final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunActions)

public:
    //! Opens an address outside; tests put their own in.
    using OpenUrl = std::function<void(const QUrl &)>;

    RunActions(UiContext &context, QWidget *window);

    void rename(const mlflow::Run &run);
    //! Asks first when there are several.
    void remove(const QList<mlflow::Run> &runs);
    void restore(const QList<RunId> &runs);
    void copyId(const QList<mlflow::Run> &runs);
    void openInBrowser(const mlflow::Run &run);
    void setOpenUrl(OpenUrl open) { m_openUrl = std::move(open); }
    //! The page of MLflow's own web interface.
    [[nodiscard]] static QUrl browserUrl(const QUrl &server, const mlflow::Run &run);

Q_SIGNALS:
    void renamed(const signalbox::RunId &run, const QString &name);
    //! Once per batch, with those that the server has deleted.
    void removed(const QList<signalbox::RunId> &runs);
    void restored(const QList<signalbox::RunId> &runs);

private:
    void removeNow(const QList<mlflow::Run> &runs);
    //! Calls `one` for each run and `done` with the ones that succeeded.
    void forEach(const QList<RunId> &runs, const std::function<Call<void>(const RunId &)> &one,
        const std::function<void(const QList<RunId> &)> &done);
    UiContext &m_context;
    QWidget *m_window;
    OpenUrl m_openUrl;
};

} // namespace signalbox
