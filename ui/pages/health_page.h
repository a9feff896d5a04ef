// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

class QStandardItemModel;

namespace signalbox {

class Card;
class DataTable;
class FactGrid;
class PageHeader;
class RequestFilterModel;
class Sparkline;

/*! Breaker with countdown and its transitions, queue, journal with parked items, and the request
 *  log. Everything comes from the ConnectionMonitor; the page asks the server nothing itself. */
class HealthPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HealthPage)

public:
    explicit HealthPage(UiContext &context, QWidget *parent = nullptr);

    void refresh() override;
    [[nodiscard]] bool isReady() const override;
    [[nodiscard]] QList<QAction *> pageActions() const override;

private:
    void buildActions();
    [[nodiscard]] QWidget *buildCards();
    [[nodiscard]] QWidget *buildTimeline();
    //! A table in a card, with a text in its place while it is empty.
    [[nodiscard]] Card *buildTable(const QString &title, const QString &name,
        QStandardItemModel *model, const QString &emptyText);
    [[nodiscard]] QWidget *buildLog();
    void follow();
    void fillTimeline();
    void fillParked();
    void exportLog();

    PageHeader *m_header = nullptr;
    QAction *m_tryNow = nullptr;
    QAction *m_offline = nullptr;
    QAction *m_online = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_export = nullptr;
    FactGrid *m_traffic = nullptr;
    Sparkline *m_sparkline = nullptr;
    QStandardItemModel *m_timeline = nullptr;
    QStandardItemModel *m_parked = nullptr;
    Card *m_logCard = nullptr;
    DataTable *m_logTable = nullptr;
    RequestFilterModel *m_filter = nullptr;
    qsizetype m_parkedShown = -1;
};

} // namespace signalbox
