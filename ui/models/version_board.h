// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "core/promotion/stage.h"
#include "ui/models/roles.h"

#include <QtCore/QAbstractListModel>

#include <array>
#include <functional>
#include <memory>
#include <vector>

namespace signalbox {

//! What a version's MLmodel file says about its inputs.
struct SignatureFacts {
    bool present = false;
    int inputs = 0;
    QString target; //!< Name of the output, when it has one.
};
//! Reads the few lines that matter of an MLmodel file; never fails.
[[nodiscard]] SignatureFacts signatureFacts(const QByteArray &mlmodel);

//! One version on the board.
struct VersionCard {
    mlflow::ModelVersion version;
    Stage stage = Stage::None;
    std::optional<mlflow::Run> run;
    QString metricKey; //!< The metric that matters; empty until the run is known.
    std::optional<double> metric;
    std::optional<SignatureFacts> signature; //!< Empty until the file was read.
    //! Short words for chips: "no signature", "run failed", "pending".
    [[nodiscard]] QStringList warnings() const;
};

/*! The versions of one stage, newest first. Dragging gives the version; dropping one asks for a
 *  move and changes nothing by itself. Owned by VersionBoard. */
class VersionColumnModel final : public QAbstractListModel {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(VersionColumnModel)

public:
    //! A VersionCard as QVariant.
    static constexpr int CardRole = NextFreeRole;
    explicit VersionColumnModel(Stage stage, QObject *parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] const VersionCard *cardAt(int row) const;
    [[nodiscard]] int rowOf(const QString &version) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    [[nodiscard]] QStringList mimeTypes() const override;
    [[nodiscard]] QMimeData *mimeData(const QModelIndexList &indexes) const override;
    [[nodiscard]] Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    [[nodiscard]] bool canDropMimeData(const QMimeData *data, Qt::DropAction action, int row,
        int column, const QModelIndex &parent) const override;
    bool dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column,
        const QModelIndex &parent) override;

Q_SIGNALS:
    //! A card of another column was dropped here; emitted after the drag is over.
    void moveRequested(const QString &version, signalbox::Stage to);

private:
    friend class VersionBoard;
    void setCards(std::vector<VersionCard> cards);
    void changed(int row);
    Stage m_stage;
    std::vector<VersionCard> m_cards;
};

//! Where the board reads from; the registry in the window, fakes in tests.
struct BoardSource {
    std::function<Call<QList<mlflow::ModelVersion>>(const QString &model)> versions;
    std::function<Call<mlflow::RegisteredModel>(const QString &model)> model;
    std::function<Call<mlflow::Run>(const RunId &)> run;
    //! The MLmodel file of a version.
    std::function<Call<QByteArray>(const QString &model, const QString &version)> mlmodel;
};

/*! One registered model as a column per stage. Cards show at once; metrics and signatures follow
 *  for the newest versions. Old cards stay while a reload runs. Main thread; owned by its page. */
class VersionBoard final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(VersionBoard)

public:
    enum class State : quint8 { Empty, Loading, Ready, Failed };
    Q_ENUM(State)
    explicit VersionBoard(QObject *parent = nullptr);

    void setSource(BoardSource source);
    //! Another model's cards go away at once; the same model's stay until the answer is there.
    void load(const QString &model);
    void refresh();
    void clear();

    [[nodiscard]] const QString &model() const { return m_model; }
    [[nodiscard]] const mlflow::RegisteredModel &registered() const { return m_registered; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const Error &error() const { return m_error; }
    [[nodiscard]] qint64 loadedAt() const { return m_loadedAt; }
    [[nodiscard]] VersionColumnModel *column(Stage stage);
    [[nodiscard]] const VersionCard *card(const QString &version) const;
    [[nodiscard]] int versionCount() const;

Q_SIGNALS:
    void stateChanged();
    //! Metric or signature of this version became known.
    void cardChanged(const QString &version);
    void moveRequested(const QString &version, signalbox::Stage to);

private:
    void receive(const QList<mlflow::ModelVersion> &versions);
    void enrich(const mlflow::ModelVersion &version);
    void update(const QString &version, const std::function<void(VersionCard &)> &change);
    void setState(State state);

    BoardSource m_source;
    QString m_model;
    mlflow::RegisteredModel m_registered;
    std::array<std::unique_ptr<VersionColumnModel>, 5> m_columns;
    State m_state = State::Empty;
    Error m_error;
    qint64 m_loadedAt = 0;
    ScopedCall<QList<mlflow::ModelVersion>> m_versionsCall;
    ScopedCall<mlflow::RegisteredModel> m_modelCall;
    std::unique_ptr<QObject> m_enriching; // context of the per-version reads of one load
};

} // namespace signalbox

Q_DECLARE_METATYPE(signalbox::VersionCard)
