// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/status_card.h"

class QProgressBar;

namespace signalbox {

class PlainLabel;
class Sparkline;
class UiContext;

//! Server, version, store, latency with its last values.
class ConnectionCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionCard)

public:
    explicit ConnectionCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    UiContext &m_context;
    PlainLabel *m_title = nullptr;
    Sparkline *m_sparkline = nullptr;
    PlainLabel *m_error = nullptr;
};

//! The breaker's state with its countdown, counters and, while it is open, Try now.
class BreakerCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BreakerCard)

public:
    explicit BreakerCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    void followState();
    UiContext &m_context;
    QPushButton *m_tryNow = nullptr;
};

//! Who waits for the server, and how quickly it answers.
class TrafficCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TrafficCard)

public:
    explicit TrafficCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    UiContext &m_context;
    Sparkline *m_sparkline = nullptr;
};

//! What the journal holds, how far it has drained, and Send now.
class JournalCard final : public StatusCard {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JournalCard)

public:
    explicit JournalCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    void followProgress();
    void flush();
    UiContext &m_context;
    QProgressBar *m_progress = nullptr;
    QPushButton *m_flush = nullptr;
    bool m_flushing = false;
};

} // namespace signalbox
