// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/mlflow/entities.h"
#include "core/tracking/journal_types.h"

#include <memory>

namespace signalbox {

class Connector;

//! How a run ended. Text goes to the tags `signalbox.error.kind` and `signalbox.error.message`.
struct RunOutcome {
    mlflow::RunStatus status = mlflow::RunStatus::Finished;
    QString errorKind;
    QString errorMessage;
    [[nodiscard]] static RunOutcome finished() { return {}; }
    [[nodiscard]] static RunOutcome failed(const Error &error);
    [[nodiscard]] static RunOutcome killed(const QString &why);
};

//! A folder in MLflow's model format that becomes a logged model of the run.
struct ModelFolder {
    QString path;
    QString name; //!< Also the artifact path on servers without logged models.
    QString modelType;
    QList<mlflow::Param> params;
    mlflow::TagList tags;
};

//! The server's names for a run, once it has been replayed.
struct RunLink {
    LocalRunId localId;
    RunId runId;
    ExperimentId experimentId;
    QString artifactUri;
    LoggedModelId modelId; //!< Of the last model that reached the server.
};

/*! A live run. The only place where params, metrics, artifacts and models can be logged, so that
 *  nothing is ever logged outside a run. Leaving the scope ends the run: FINISHED, or FAILED while
 *  an exception unwinds. Move-only; belongs to the thread of its Connector. Every call is
 *  acknowledged once the journal has committed it, server or not. */
class RunSession final {
public:
    RunSession(RunSession &&) noexcept;
    RunSession &operator=(RunSession &&) noexcept;
    RunSession(const RunSession &) = delete;
    RunSession &operator=(const RunSession &) = delete;
    ~RunSession();

    [[nodiscard]] LocalRunId localId() const;
    //! Empty until the server has created the run.
    [[nodiscard]] RunId runId() const;
    //! The same with experiment and artifact location.
    [[nodiscard]] RunLink link() const;
    [[nodiscard]] bool isLive() const;

    Call<Ack> logParams(const QList<mlflow::Param> &params);
    /*! Points without a timestamp get the time of the call. Numbers that the server would corrupt
     *  are refused here with InvalidInput; NaN and infinities are fine. */
    Call<Ack> logMetrics(const QList<mlflow::Metric> &metrics);
    Call<Ack> setTags(const mlflow::TagList &tags);
    Call<Ack> logInputs(const QList<mlflow::DatasetInput> &datasets);
    //! Copies the file before the acknowledgement; `to` is the path inside the run's artifacts.
    Call<Ack> logArtifact(const QString &localFile, const QString &to);
    Call<Ack> logText(const QString &text, const QString &to);
    Call<Ack> logModel(const ModelFolder &model);

    /*! Resolves when everything logged so far is on the server; waits through outages. Conflict
     *  when something was parked. */
    [[nodiscard]] Call<RunLink> synced();

    //! Ends the run. Later calls end as Local errors; a second finish is ignored.
    Call<Ack> finish(const RunOutcome &outcome = RunOutcome::finished());

private:
    friend class Connector;
    struct State;
    [[nodiscard]] Result<void> claimPath(const QString &path);
    explicit RunSession(std::shared_ptr<State> state);
    std::shared_ptr<State> m_state;
};

} // namespace signalbox
