// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/tracking/journal_types.h"

#include <QtWidgets/QWidget>

class QPushButton;
class QTimer;

namespace signalbox {

class Card;
class DataTable;
class ParkedModel;
class PendingRunsModel;
class PlainLabel;
class UiContext;

/*! What the journal holds: waiting runs, and parked items with what a person can do about them.
 *  Asks the journal at most twice a second, and only while it is visible. */
class JournalView final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JournalView)

public:
    explicit JournalView(UiContext &context, QWidget *parent = nullptr);
    void refresh();

protected:
    void showEvent(QShowEvent *event) override;

private:
    [[nodiscard]] QWidget *buildPending();
    [[nodiscard]] QWidget *buildParked();
    void buildParkedButtons();
    void schedule();
    void askPending();
    void askParked();
    void drop();
    void showFailure(const Error &error);
    void followEmpty();
    void followSelection();
    [[nodiscard]] QList<JournalItem> selectedItems() const;
    [[nodiscard]] QList<qint64> selectedSequences() const;
    void retrySelected();
    void retryAll();
    void editSelected();
    void dropSelected();
    void report(const Result<void> &result, const QString &good);

    UiContext &m_context;
    PendingRunsModel *m_pending = nullptr;
    ParkedModel *m_parked = nullptr;
    Card *m_pendingCard = nullptr;
    Card *m_parkedCard = nullptr;
    DataTable *m_pendingTable = nullptr;
    DataTable *m_parkedTable = nullptr;
    PlainLabel *m_noPending = nullptr;
    QString m_failure; //!< Why the journal could not be read.
    PlainLabel *m_noParked = nullptr;
    QPushButton *m_retry = nullptr;
    QPushButton *m_edit = nullptr;
    QPushButton *m_drop = nullptr;
    QPushButton *m_retryAll = nullptr;
    QTimer *m_pause = nullptr;
    ScopedCall<QList<JournalItem>> m_pendingCall;
    ScopedCall<QList<JournalItem>> m_parkedCall;
};

} // namespace signalbox
