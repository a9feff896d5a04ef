// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

namespace signalbox {

class Banner;
class UiContext;

/*! What must be seen on every page about the connection itself: a certificate that nobody checks,
 *  and a login that the server refuses, with the way to the settings. Takes no room while there is
 *  nothing to say. */
class ConnectionBanner final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionBanner)

public:
    explicit ConnectionBanner(UiContext &context, QWidget *parent = nullptr);

private:
    void reset();
    void showRefused();
    void forgive();
    void takeRoom();
    UiContext &m_context;
    Banner *m_insecure = nullptr;
    Banner *m_refused = nullptr;
};

} // namespace signalbox
