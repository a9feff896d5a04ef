// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QPushButton;

namespace signalbox {

class Banner;
class UiContext;

/*! The line above every page while the server does not serve us: since when, why, what works
 *  meanwhile, when it is tried next, and the one thing to do about it. Takes no room while all is
 *  well; goes away by itself. */
class OfflineBanner final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(OfflineBanner)

public:
    explicit OfflineBanner(UiContext &context, QWidget *parent = nullptr);
    [[nodiscard]] QString text() const; //!< Empty while hidden.

private:
    void follow();
    void startLocal();
    UiContext &m_context;
    Banner *m_away = nullptr;
    QPushButton *m_tryNow = nullptr;
    QPushButton *m_goOnline = nullptr;
    QPushButton *m_startLocal = nullptr;
    QPushButton *m_why = nullptr;
};

} // namespace signalbox
