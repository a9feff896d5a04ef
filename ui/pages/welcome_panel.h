// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QBoxLayout;
class QProgressBar;
class QPushButton;

namespace signalbox {

class PlainLabel;
class UiContext;

/*! What the overview shows before there is a server: start the local workspace, connect to a
 *  server, run the demo. Says what is being done while the first start installs things. */
class WelcomePanel final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WelcomePanel)

public:
    explicit WelcomePanel(UiContext &context, QWidget *parent = nullptr);
    //! Why the workspace is shown as stopped, or empty at the very first start.
    void setSituation(const QString &title, const QString &detail);
    [[nodiscard]] bool isStarting() const { return m_starting; }

Q_SIGNALS:
    void startingChanged();

private:
    QPushButton *addChoice(QBoxLayout *row, const QString &name, const QString &icon,
        const QString &title, const QString &detail);
    void start(bool thenDemo);
    void setStarting(bool starting);
    UiContext &m_context;
    PlainLabel *m_title = nullptr;
    PlainLabel *m_detail = nullptr;
    QList<QPushButton *> m_choices;
    QProgressBar *m_busy = nullptr;
    PlainLabel *m_progress = nullptr;
    bool m_starting = false;
};

} // namespace signalbox
