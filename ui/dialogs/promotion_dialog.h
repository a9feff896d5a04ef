// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/promotion/promoter.h"

#include <QtWidgets/QDialog>

#include <optional>

class QCheckBox;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace signalbox {

class Banner;
class DataTable;
class GateTableModel;
class PlainLabel;
class StatusPill;
class WaiverList;

/*! Shows every gate of a move with its measured value, what the move will change, and moves the
 *  version when the gates allow it or the failing ones are waived with a reason. Open with open();
 *  deletes itself when closed. Main thread; must not outlive the connector. */
class PromotionDialog final : public QDialog {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PromotionDialog)

public:
    struct Move {
        QString model;
        QString version;
        Stage from = Stage::None;
        Stage to = Stage::Staging;
    };

    PromotionDialog(
        Connector &connector, const Result<Policy> &policy, Move move, QWidget *parent = nullptr);

    //! Reads the evidence; call once after open().
    void start();
    //! The move happened.
    [[nodiscard]] bool isDone() const { return m_done; }
    [[nodiscard]] QString message() const;

Q_SIGNALS:
    //! The server has the version in its new stage; read back.
    void promoted(const QString &version, signalbox::Stage to);

public Q_SLOTS:
    void reject() override; //!< Not while the version is being moved.

private:
    void build();
    QWidget *buildHeader();
    QWidget *buildChanges();
    QWidget *buildButtons();
    void takeReport(const GateReport &report);
    void showWorking(const QString &text);
    void showError(const Error &error);
    void evaluate();
    void fitScreen(); //!< Applies the waivers to the report and sets the button.
    void promote();
    void takeResult(const Result<PromotionResult> &result);
    [[nodiscard]] QString headline() const;
    [[nodiscard]] QString changesText() const;

    Result<Policy> m_policy;
    Move m_move;
    Promoter m_promoter;
    std::optional<GateReport> m_report;
    bool m_working = false;
    bool m_done = false;
    bool m_moving = false;
    GateTableModel *m_gates = nullptr;
    DataTable *m_table = nullptr;
    StatusPill *m_fromPill = nullptr;
    PlainLabel *m_policyLabel = nullptr;
    Banner *m_banner = nullptr;
    QWidget *m_changes = nullptr;
    PlainLabel *m_changesTitle = nullptr;
    PlainLabel *m_changesText = nullptr;
    QProgressBar *m_progress = nullptr;
    PlainLabel *m_progressText = nullptr;
    QLineEdit *m_reason = nullptr;
    QCheckBox *m_keep = nullptr;
    QCheckBox *m_waive = nullptr;
    WaiverList *m_waivers = nullptr;
    QPushButton *m_retry = nullptr;
    QPushButton *m_cancel = nullptr;
    QPushButton *m_promote = nullptr;
    ScopedCall<GateReport> m_gatesCall;
    ScopedCall<PromotionResult> m_promoteCall;
};

} // namespace signalbox
