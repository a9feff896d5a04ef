// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractItemModel>

#include <functional>
#include <memory>
#include <vector>

namespace signalbox {

//! Lists one level below `path`; the model id is empty for the run's own files.
using FetchArtifacts =
    std::function<Call<QList<mlflow::FileInfo>>(const LoggedModelId &model, const QString &path)>;

/*! The files of a run and of the models it logged, one level at a time. Main thread; owned by its
 *  page. */
class ArtifactTreeModel final : public QAbstractItemModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ArtifactTreeModel)

public:
    struct File {
        LoggedModelId model; //!< Empty for the run's own files.
        QString path;
        bool isDirectory = false;
        qint64 size = -1;
    };
    enum class State : quint8 { Empty, Loading, Ready, Failed };
    Q_ENUM(State)

    explicit ArtifactTreeModel(QObject *parent = nullptr);
    ~ArtifactTreeModel() override;

    //! Another run: everything before is dropped. Models become folders at the top.
    void load(FetchArtifacts fetch, const QList<LoggedModelId> &models);
    void clear();
    //! Of the first level.
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Error &error() const { return m_error; }
    [[nodiscard]] File file(const QModelIndex &index) const;

    [[nodiscard]] QModelIndex index(
        int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] bool hasChildren(const QModelIndex &parent = {}) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

Q_SIGNALS:
    void stateChanged();
    //! A folder below the first level could not be listed.
    void listingFailed(const signalbox::Error &error);

private:
    struct Node;
    [[nodiscard]] Node *nodeOf(const QModelIndex &index) const;
    [[nodiscard]] QModelIndex indexOf(Node *node) const;
    void list(Node *node);
    void fill(Node *node, QList<mlflow::FileInfo> files);
    void setState(State state);

    FetchArtifacts m_fetch;
    std::unique_ptr<Node> m_root;
    std::unique_ptr<QObject> m_loading; //!< Context of the listings of this run.
    State m_state = State::Empty;
    Error m_error;
};

} // namespace signalbox
