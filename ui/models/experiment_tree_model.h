// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/experiments_api.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractItemModel>
#include <QtCore/QSet>

#include <functional>
#include <memory>
#include <vector>

namespace signalbox {

using FetchExperiments =
    std::function<Call<mlflow::Page<mlflow::Experiment>>(const mlflow::ExperimentQuery &)>;

/*! Experiments as a tree: '/' in a name makes folders, and an experiment may be a folder too.
 *  Pinned ones are repeated at the top. Reads every page before it shows anything; the old tree
 *  stays until then. IdRole is empty on folders. Main thread; owned by its page. */
class ExperimentTreeModel final : public QAbstractItemModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ExperimentTreeModel)

public:
    enum class State : quint8 { Empty, Loading, Ready, Failed };
    Q_ENUM(State)
    //! '/'-separated name of the node, also for folders.
    static constexpr int PathRole = NextFreeRole;
    static constexpr int CountTextRole = NextFreeRole + 1; //!< "1,204", "1,000+".

    explicit ExperimentTreeModel(QObject *parent = nullptr);
    ~ExperimentTreeModel() override;

    void setSource(FetchExperiments fetch);
    void reload();
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Error &error() const { return m_error; }
    [[nodiscard]] qint64 loadedAt() const { return m_loadedAt; }

    [[nodiscard]] const QList<mlflow::Experiment> &experiments() const { return m_experiments; }
    [[nodiscard]] const mlflow::Experiment *experiment(const QString &id) const;
    //! The place in the tree, not among the pinned ones.
    [[nodiscard]] QModelIndex indexOfId(const QString &id) const;
    [[nodiscard]] QModelIndex indexOfPath(const QString &path) const;

    //! Ids; unknown ones are kept for the next load.
    void setPinned(const QStringList &ids);
    [[nodiscard]] const QStringList &pinned() const { return m_pinned; }
    //! `atLeast`: there are more runs than anybody has counted. A known whole is not replaced by a
    //! part.
    void setCount(const QString &id, qint64 runs, bool atLeast = false);

    [[nodiscard]] QModelIndex index(
        int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    //! Once per change of state().
    void stateChanged();

private:
    struct Node;
    [[nodiscard]] Node *nodeOf(const QModelIndex &index) const;
    [[nodiscard]] QModelIndex indexOf(const Node *node) const;
    void fetch(const QString &token);
    void receive(quint64 generation, const Result<mlflow::Page<mlflow::Experiment>> &result);
    void rebuild();
    void setState(State state);

    FetchExperiments m_fetch;
    QList<mlflow::Experiment> m_incoming;
    QList<mlflow::Experiment> m_experiments;
    QStringList m_pinned;
    struct Count {
        qint64 runs = 0;
        bool atLeast = false;
    };
    QHash<QString, Count> m_counts;
    std::unique_ptr<Node> m_root;
    Error m_error;
    State m_state = State::Empty;
    quint64 m_generation = 0;
    qint64 m_loadedAt = 0;
    ScopedCall<mlflow::Page<mlflow::Experiment>> m_call;
};

} // namespace signalbox
