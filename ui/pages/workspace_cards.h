// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/status_card.h"

class QPushButton;
class QRadioButton;

namespace signalbox {

class PlainLabel;
class UiContext;

//! The local MLflow server: state, address, files, start and stop.
class LocalWorkspaceCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LocalWorkspaceCard)

public:
    explicit LocalWorkspaceCard(UiContext &context, QWidget *parent = nullptr);
    void reload();

private:
    void start();
    void stop();
    void showLog();
    UiContext &m_context;
    PlainLabel *m_progress = nullptr;
    QPushButton *m_start = nullptr;
    QPushButton *m_stop = nullptr;
    bool m_busy = false;
};

//! The Python environment of engine and local server.
class EnvironmentCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(EnvironmentCard)

public:
    explicit EnvironmentCard(UiContext &context, QWidget *parent = nullptr);
    void reload();

private:
    void create();
    UiContext &m_context;
    QPushButton *m_create = nullptr;
    bool m_busy = false;
};

//! System, light or dark.
class AppearanceCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(AppearanceCard)

public:
    explicit AppearanceCard(QWidget *parent = nullptr);

private:
    void follow();
    QList<QRadioButton *> m_choices;
};

} // namespace signalbox
