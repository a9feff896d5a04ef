// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/version_board.h"

#include <QtWidgets/QFrame>

class QPushButton;

namespace signalbox {

class EmptyState;
class KeyValueTable;
class PlainLabel;
class StatusPill;

//! What is known about one version: where it comes from, its metrics and tags. Main thread.
class VersionPanel final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(VersionPanel)

public:
    explicit VersionPanel(QWidget *parent = nullptr);

    void setCard(const VersionCard &card);
    void clear();

Q_SIGNALS:
    void runRequested(const signalbox::RunId &run);

private:
    void build();
    KeyValueTable *addTable(const QString &name, const QString &title, QWidget *body);

    RunId m_run;
    QWidget *m_body = nullptr;
    EmptyState *m_empty = nullptr;
    PlainLabel *m_title = nullptr;
    StatusPill *m_stage = nullptr;
    PlainLabel *m_description = nullptr;
    QPushButton *m_runLink = nullptr;
    KeyValueTable *m_about = nullptr;
    KeyValueTable *m_metrics = nullptr;
    KeyValueTable *m_tags = nullptr;
};

} // namespace signalbox
