// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"

#include <QtWidgets/QWidget>

#include <optional>

class QPushButton;
class QStackedWidget;
class QTabWidget;

namespace signalbox {

class ArtifactsTab;
class Banner;
class EmptyState;
class PageHeader;
class RunCharts;
class RunOverview;
class UiContext;

/*! One run: header, overview, curves, files. The old content stays while a refresh runs. Main
 *  thread; owned by the runs page. */
class RunDetail final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunDetail)

public:
    explicit RunDetail(UiContext &context, QWidget *parent = nullptr);

    void showRun(const RunId &id);
    void refresh();
    //! The connection goes away.
    void detach();
    [[nodiscard]] const RunId &runId() const { return m_id; }
    [[nodiscard]] const std::optional<mlflow::Run> &run() const { return m_run; }
    //! Data or an error is on screen.
    [[nodiscard]] bool isSettled() const { return m_run.has_value() || m_failed; }
    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] PageHeader *header() { return m_header; }
    [[nodiscard]] ArtifactsTab *artifacts() { return m_artifacts; }
    [[nodiscard]] RunCharts *charts() { return m_charts; }
    void setName(const QString &name);

Q_SIGNALS:
    void backRequested();
    void runRequested(const signalbox::RunId &run);
    //! isSettled() or run() changed.
    void changed();

private:
    void build();
    void receive(const Result<mlflow::Run> &result);
    void showHeader();
    void readChildren();

    UiContext &m_context;
    RunId m_id;
    std::optional<mlflow::Run> m_run;
    bool m_failed = false;
    qint64 m_loadedAt = 0;
    PageHeader *m_header = nullptr;
    QPushButton *m_parent = nullptr;
    Banner *m_banner = nullptr;
    QStackedWidget *m_stack = nullptr;
    EmptyState *m_empty = nullptr;
    QTabWidget *m_tabs = nullptr;
    RunOverview *m_overview = nullptr;
    RunCharts *m_charts = nullptr;
    ArtifactsTab *m_artifacts = nullptr;
    ScopedCall<mlflow::Run> m_runCall;
    ScopedCall<mlflow::Page<mlflow::Run>> m_childrenCall;
};

} // namespace signalbox
