// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/call.h"
#include "core/base/clock.h"
#include "core/promotion/gates.h"

#include <QtCore/QObject>

namespace signalbox {

class Connector;

struct PromotionRequest {
    QString model;
    QString version;
    Stage to = Stage::Staging;
    QString reason;
    Waivers waivers;
    bool keepExisting = false; //!< Do not archive the present Production version.
    QString by = {}; //!< Who decides; empty takes the operating system's user@host.
};

//! Where a promotion stands; nothing has been changed before Move.
enum class PromotionPhase : quint8 { Evidence, Claim, Move, ReadBack, Record };

struct PromotionResult {
    GateReport report;
    Stage from = Stage::None;
    Stage to = Stage::None; //!< Read back from the server after the move.
    QStringList archived;
    RunId decisionRunId;
    //! The report's JSON plus `transition{from,to,archived[]}` and `decision_run_id`.
    [[nodiscard]] QJsonObject toJson() const;
};

/*! Collects evidence, evaluates gates, moves a version through the Connector, reads back, sets
 *  alias and tags, and records the decision as a run in `signalbox-decisions`. Never reports a step
 *  that did not happen. Main thread; cheap, owned by whoever promotes. */
class Promoter final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Promoter)

public:
    explicit Promoter(
        Connector &connector, QObject *parent = nullptr, Clock &clock = systemClock());

    //! Everything the gates look at; executes no model.
    [[nodiscard]] Call<Evidence> evidence(const QString &model, const QString &version, Stage to);
    //! Changes nothing. Refused for a move that the stage table does not know.
    [[nodiscard]] Call<GateReport> gates(const QString &model, const QString &version, Stage to,
        const Policy &policy, const Waivers &waivers = {});
    /*! Refused (with the report recorded as a decision) when a gate says no; Conflict when another
     *  promotion won; verified by reading back otherwise. `lastReport` holds the gates either way.
     */
    [[nodiscard]] Call<PromotionResult> promote(
        const PromotionRequest &request, const Policy &policy);
    [[nodiscard]] const std::optional<GateReport> &lastReport() const { return m_lastReport; }

Q_SIGNALS:
    //! What is being done: "collecting evidence", "moving v3 to Staging", "reading back" ...
    void step(const QString &text);
    //! A promotion (not gates()) enters a phase.
    void phaseChanged(signalbox::PromotionPhase phase);

private:
    Connector &m_connector;
    Clock &m_clock;
    std::optional<GateReport> m_lastReport;
};

//! Whether the move exists, the policy speaks about the stage and every waiver names a gate.
[[nodiscard]] Result<void> checkPromotion(
    const GateReport &report, const Policy &policy, const Waivers &waivers);

//! The default policy of the installation.
[[nodiscard]] Result<Policy> defaultPolicy(const QString &resourcesDir);

} // namespace signalbox
