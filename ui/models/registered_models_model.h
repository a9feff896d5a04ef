// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractListModel>

#include <functional>

namespace signalbox {

using FetchModels =
    std::function<Call<mlflow::Page<mlflow::RegisteredModel>>(const QString &pageToken)>;

/*! The registered models by name. Reads every page before it shows anything; the old list stays
 *  until then. Complete and local, so a filter proxy may stand on top. Main thread. */
class RegisteredModelsModel final : public QAbstractListModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RegisteredModelsModel)

public:
    enum class State : quint8 { Empty, Loading, Ready, Failed };
    Q_ENUM(State)
    //! Stage words of the newest versions that are in use: "Production, Staging".
    static constexpr int StagesRole = NextFreeRole;

    explicit RegisteredModelsModel(QObject *parent = nullptr);
    void setSource(FetchModels fetch);
    void reload();
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Error &error() const { return m_error; }
    [[nodiscard]] const mlflow::RegisteredModel *modelAt(int row) const;
    [[nodiscard]] int rowOf(const QString &name) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

Q_SIGNALS:
    void stateChanged();

private:
    void fetch(const QString &token);
    void receive(const Result<mlflow::Page<mlflow::RegisteredModel>> &result);
    void show(QList<mlflow::RegisteredModel> models);
    void setState(State state);

    FetchModels m_fetch;
    QList<mlflow::RegisteredModel> m_incoming;
    QList<mlflow::RegisteredModel> m_models;
    Error m_error;
    State m_state = State::Empty;
    ScopedCall<mlflow::Page<mlflow::RegisteredModel>> m_call;
};

} // namespace signalbox
