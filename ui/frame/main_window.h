// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page_registry.h"

#include <QtCore/QHash>
#include <QtWidgets/QMainWindow>

class QStackedWidget;

namespace signalbox {

class CommandPalette;
class NavBar;
class StatusStrip;
class ToastHost;
class TopBar;

/*! The frame: top bar, navigation, the present page, status strip, toasts, command palette. Makes a
 *  page on its first visit and keeps it. Remembers geometry and page in `window.ini` of the home.
 *  One per process; the context outlives it. */
class MainWindow final : public QMainWindow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)

public:
    /*! `settingsFile` is where the state is kept; empty keeps nothing. */
    MainWindow(UiContext &context, std::vector<PageEntry> pages, const QString &settingsFile,
        QWidget *parent = nullptr);
    ~MainWindow() override;

    //! Unknown ids are ignored. Leaves a trace for going back.
    void showPage(const QString &id, const PageTarget &target = {});
    [[nodiscard]] Page *currentPage() const;
    [[nodiscard]] Page *page(const QString &id) const; //!< Null before its first visit.
    [[nodiscard]] bool knowsPage(const QString &id) const;
    //! The page of the last session, else the first.
    [[nodiscard]] QString rememberedPage() const;
    void openPalette();
    //! Writes geometry and page; done by closing too.
    void saveWindow() const;
    [[nodiscard]] CommandPalette &commandPalette() { return *m_palette; }
    [[nodiscard]] ToastHost &toasts() { return *m_toasts; }

Q_SIGNALS:
    void pageShown(const QString &id);
    //! The window was closed for good, after asking where tasks were running.
    void closed();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void buildFrame();
    void buildActions();
    QAction *addCommand(const QString &id, const QString &text, const QString &icon,
        const QKeySequence &keys, std::function<void()> run);
    [[nodiscard]] const PageEntry *entryOf(const QString &id) const;
    Page *makePage(const PageEntry &entry);
    void goBack();
    [[nodiscard]] QList<PaletteEntry> paletteEntries() const;
    void lookUpExperiments();
    void restoreWindow();

    UiContext &m_context;
    std::vector<PageEntry> m_entries;
    QString m_settingsFile;
    QHash<QString, Page *> m_pages;
    QStringList m_history;
    QList<QAction *> m_commands;
    TopBar *m_topBar = nullptr;
    NavBar *m_navBar = nullptr;
    QStackedWidget *m_stack = nullptr;
    StatusStrip *m_status = nullptr;
    ToastHost *m_toasts = nullptr;
    CommandPalette *m_palette = nullptr;
    bool m_closeConfirmed = false;
};

} // namespace signalbox
