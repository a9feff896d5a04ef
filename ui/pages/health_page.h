// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

class QTabWidget;

namespace signalbox {

class JournalView;
class PageHeader;

/*! Breaker with countdown and timeline, queue, journal with parked items, and the request log.
 *  Everything but the journal's entries comes from the ConnectionMonitor. */
class HealthPage final : public Page {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HealthPage)

public:
    explicit HealthPage(UiContext &context, QWidget *parent = nullptr);

    void refresh() override;
    //! Actions "requests", "journal" and "transitions" bring that tab to the front.
    void openTarget(const PageTarget &target) override;
    [[nodiscard]] bool isReady() const override;
    [[nodiscard]] QList<QAction *> pageActions() const override;

private:
    void buildActions();
    void buildTabActions();
    [[nodiscard]] QWidget *buildCards();
    [[nodiscard]] QWidget *buildTimeline();
    [[nodiscard]] QWidget *buildTransitions();
    void follow();

    PageHeader *m_header = nullptr;
    QAction *m_tryNow = nullptr;
    QAction *m_reset = nullptr;
    QAction *m_offline = nullptr;
    QAction *m_online = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_export = nullptr;
    QList<QAction *> m_tabActions;
    QTabWidget *m_tabs = nullptr;
    JournalView *m_journal = nullptr;
};

} // namespace signalbox
