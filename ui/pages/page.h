// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/ui_context.h"

#include <QtGui/QAction>
#include <QtWidgets/QWidget>

#include <functional>

namespace signalbox {

//! A command that a page offers to the palette besides its actions, such as an experiment by name.
struct PaletteEntry {
    QString text;
    QString detail; //!< What kind of thing it is, "experiment".
    QString icon;
    std::function<void()> run;
};

/*! One page of the window. Made on the first visit and kept; owned by the frame. A page starts its
 *  requests in activate(), shows old data with its age while new data comes, and stops listening to
 *  a connection at UiContext::aboutToDisconnect. */
class Page : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Page)

public:
    Page(QString id, QString title, UiContext &context, QWidget *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_id; }
    [[nodiscard]] const QString &title() const { return m_title; }

    //! The page came to the front.
    virtual void activate() { }
    //! The page went to the back.
    virtual void deactivate() { }
    //! Asks the server again (F5).
    virtual void refresh() = 0;
    //! Shows this thing; called after the page came to the front.
    virtual void openTarget(const PageTarget &target);
    /*! True when the page shows what it is meant to show, be it data, an empty state or an error;
     *  false while the first answer is awaited. */
    [[nodiscard]] virtual bool isReady() const = 0;
    //! Actions of the page with shortcuts; they are in the command palette while it is in front.
    [[nodiscard]] virtual QList<QAction *> pageActions() const { return {}; }
    [[nodiscard]] virtual QList<PaletteEntry> paletteEntries() const { return {}; }

Q_SIGNALS:
    //! isReady() may have changed.
    void readyChanged();

protected:
    [[nodiscard]] UiContext &context() const { return m_context; }
    /*! An action with text, icon and shortcut (may be empty), added to this widget so that the
     *  shortcut works while the page is in front; named after `id`. */
    [[nodiscard]] QAction *makeAction(const QString &id, const QString &text, const QString &icon,
        const QKeySequence &shortcut = {});

private:
    QString m_id;
    QString m_title;
    UiContext &m_context;
};

} // namespace signalbox
