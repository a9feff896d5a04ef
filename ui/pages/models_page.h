// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include "core/promotion/stage.h"

#include <QtCore/QPointer>

class QListView;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTimer;

namespace signalbox {

class Banner;
class EmptyState;
class PageHeader;
class PromotionDialog;
class RegisteredModelsModel;
class SearchField;
class StageBoard;
class VersionBoard;
class VersionPanel;

/*! The registered models, one of them as a board of stages, and the way into the promotion dialog.
 *  Nothing moves but by the promoter. */
class ModelsPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ModelsPage)

public:
    explicit ModelsPage(UiContext &context, QWidget *parent = nullptr);

    void activate() override;
    void refresh() override;
    void openTarget(const PageTarget &target) override;
    [[nodiscard]] bool isReady() const override;
    [[nodiscard]] QList<QAction *> pageActions() const override { return m_actions; }
    [[nodiscard]] QList<PaletteEntry> paletteEntries() const override;

    //! Opens the dialog for a move that exists; says so otherwise.
    void promote(const QString &version, Stage to);

private:
    void makeActions();
    void build();
    QWidget *buildList();
    void connectModels();
    void attach();
    void detach();
    void followLink();
    [[nodiscard]] bool isUnconnected() const;
    void modelsChanged();
    void boardChanged();
    void choose(const QString &model);
    void showHeader();
    void showEmpty();
    void showMenu(const QString &version, const QPoint &at);
    [[nodiscard]] QString newestVersion() const;
    void versionChosen(const QString &version);
    void setAlias();
    void removeVersion();
    void copyUri();

    RegisteredModelsModel *m_models = nullptr;
    QSortFilterProxyModel *m_proxy = nullptr;
    VersionBoard *m_boardModel = nullptr;
    PageHeader *m_header = nullptr;
    Banner *m_banner = nullptr;
    SearchField *m_filter = nullptr;
    QListView *m_list = nullptr;
    QStackedWidget *m_stack = nullptr;
    EmptyState *m_empty = nullptr;
    QWidget *m_content = nullptr;
    StageBoard *m_board = nullptr;
    VersionPanel *m_panel = nullptr;
    QPointer<PromotionDialog> m_dialog;
    QList<QAction *> m_actions;
    QAction *m_promote = nullptr;
    QAction *m_archive = nullptr;
    QAction *m_openRun = nullptr;
    QAction *m_copyUri = nullptr;
    QAction *m_alias = nullptr;
    QAction *m_delete = nullptr;
    QString m_wantedModel;
    QString m_wantedVersion;
    bool m_attached = false;
    bool m_unconnected = true; //!< As the page shows it.
    QPushButton *m_promoteButton = nullptr;
};

} // namespace signalbox
