// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/flow_registry.h"
#include "ui/pages/data_picker.h"
#include "ui/pages/page.h"

#include <QtCore/QHash>

class QPushButton;
class QStackedWidget;
class QTimer;

namespace signalbox {

class Card;
class DataTable;
class FlowForm;
class FlowView;
class PageHeader;
class PlainLabel;
class RecentFlowsModel;

//! Makes flows; core's makers in the window, fakes in tests.
struct FlowMakers {
    std::function<std::unique_ptr<Flow>(SelectorSpec)> selector;
    std::function<std::unique_ptr<Flow>(TrainerSpec)> trainer;
    std::function<std::unique_ptr<Flow>(DeployerSpec)> deployer;
    std::function<std::unique_ptr<Flow>(PipelineSpec)> pipeline;
};

/*! Starts flows and shows them. The flows live in the registry of this page, which lives as long as
 *  the window; they go on while another page is in front and are in the task list. */
class FlowsPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowsPage)

public:
    explicit FlowsPage(UiContext &context, QWidget *parent = nullptr);
    ~FlowsPage() override;

    void activate() override;
    void deactivate() override;
    void refresh() override;
    //! Action "demo" starts the demo pipeline; "selector", "trainer", ... open that form.
    void openTarget(const PageTarget &target) override;
    [[nodiscard]] bool isReady() const override;
    [[nodiscard]] QList<QAction *> pageActions() const override { return m_actions; }

    [[nodiscard]] FlowRegistry &registry() { return m_registry; }
    void setMakers(FlowMakers makers, DataTools tools);
    void startDemo();

private:
    void makeActions();
    void build();
    Card *buildLaunch();
    Card *buildRecent();
    void useCore();
    void showForm(FlowKind kind);
    void showFlow(TrackedFlow *flow);
    void launch();
    void startFlow();
    void followLink();
    void track(TrackedFlow *flow);
    void showHeader();
    void openRecent(const QModelIndex &index);
    void loadPast();
    void pastLoaded(const Result<QList<mlflow::Run>> &runs);
    void tick();

    FlowRegistry m_registry;
    FlowMakers m_makers;
    RecentFlowsModel *m_recent = nullptr;
    PageHeader *m_header = nullptr;
    QStackedWidget *m_stack = nullptr;
    Card *m_formCard = nullptr;
    FlowForm *m_form = nullptr;
    FlowView *m_view = nullptr;
    DataTable *m_recentTable = nullptr;
    QHash<int, QPushButton *> m_launchButtons; //!< By FlowKind.
    QHash<TrackedFlow *, int> m_tasks;
    QTimer *m_timer = nullptr;
    QList<QAction *> m_actions;
    QAction *m_cancel = nullptr;
    QAction *m_openRun = nullptr;
    bool m_demoPending = false;
    bool m_pastKnown = false;
    bool m_served = false; //!< There is a server to ask. //!< Read, or refused.
    PlainLabel *m_noFlows = nullptr;
    ScopedCall<mlflow::Page<mlflow::Experiment>> m_experimentsCall;
    ScopedCall<mlflow::Page<mlflow::Run>> m_pastCall;
};

} // namespace signalbox
