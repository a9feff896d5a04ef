// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "ui/pages/page.h"

class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace signalbox {

class Card;
class DataTable;
class EmptyState;
class PageHeader;
class PlainLabel;
class RecentRunsModel;
class WelcomePanel;

/*! The first page: how the connection stands and what happened lately; before there is a server,
 *  the three ways to begin. */
class OverviewPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(OverviewPage)

public:
    explicit OverviewPage(UiContext &context, QWidget *parent = nullptr);

    void activate() override;
    void refresh() override;
    [[nodiscard]] bool isReady() const override;

private:
    QWidget *buildDashboard();
    Card *buildRuns();
    Card *buildSide(const QString &title, const QString &name, QVBoxLayout **rows);
    void follow();
    void followTasks();
    void load();
    void loadRuns(const QList<mlflow::Experiment> &experiments);
    void loadVersions();
    void showVersions(const QList<mlflow::RegisteredModel> &models);
    void drop();

    PageHeader *m_header = nullptr;
    QStackedWidget *m_stack = nullptr;
    WelcomePanel *m_welcome = nullptr;
    QWidget *m_dashboard = nullptr;
    Card *m_runsCard = nullptr;
    QStackedWidget *m_runsStack = nullptr;
    EmptyState *m_noRuns = nullptr;
    DataTable *m_runsTable = nullptr;
    RecentRunsModel *m_runs = nullptr;
    QVBoxLayout *m_taskRows = nullptr;
    QVBoxLayout *m_versionRows = nullptr;
    ScopedCall<mlflow::Page<mlflow::Experiment>> m_experimentsCall;
    ScopedCall<mlflow::Page<mlflow::Run>> m_runsCall;
    ScopedCall<mlflow::Page<mlflow::RegisteredModel>> m_modelsCall;
    bool m_loaded = false;
    qint64 m_loadedAt = 0;
    bool m_wasOnline = false;
};

} // namespace signalbox
