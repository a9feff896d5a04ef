// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/artifact_tree_model.h"

#include <QtWidgets/QWidget>

#include <functional>
#include <optional>

class QPushButton;
class QTreeView;

namespace signalbox {

class ArtifactPreview;
class EmptyState;
class PlainLabel;
class UiContext;

/*! Files of a run: tree on the left, preview on the right, save as. Reads a file only when it is
 *  chosen, never more than the preview's limit. Main thread. */
class ArtifactsTab final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ArtifactsTab)

public:
    explicit ArtifactsTab(UiContext &context, QWidget *parent = nullptr);

    //! Loads when the tab is looked at; the same run again reloads nothing.
    void setRun(const mlflow::Run &run);
    void clear();
    void reload();
    [[nodiscard]] ArtifactPreview *preview() { return m_preview; }

protected:
    void showEvent(QShowEvent *event) override;

private:
    void build();
    void load();
    void showState();
    void choose(const QModelIndex &index);
    void read(const ArtifactTreeModel::File &file);
    void save();
    //! Calls `use` with the artifact root that the file lies under.
    void withRoot(
        const ArtifactTreeModel::File &file, const std::function<void(const QString &)> &use);

    UiContext &m_context;
    ArtifactTreeModel *m_model = nullptr;
    QTreeView *m_tree = nullptr;
    EmptyState *m_empty = nullptr;
    PlainLabel *m_path = nullptr;
    QPushButton *m_save = nullptr;
    ArtifactPreview *m_preview = nullptr;
    std::optional<mlflow::Run> m_run;
    bool m_loaded = false;
    ArtifactTreeModel::File m_chosen;
    ScopedCall<mlflow::LoggedModel> m_rootCall;
    ScopedCall<QByteArray> m_readCall;
};

} // namespace signalbox
