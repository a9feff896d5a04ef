// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QWidget>

class QPushButton;
class QTimer;

namespace signalbox {

class Card;
class FactGrid;
class PlainLabel;
class Sparkline;
class StatusPill;
class UiContext;
struct BreakerSnapshot;
struct PillLook;

//! The look of a breaker state: icon, word, colour.
[[nodiscard]] PillLook pillForBreaker(const BreakerSnapshot &breaker);

//! Server, version, store, latency with its last values.
class ConnectionCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionCard)

public:
    explicit ConnectionCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    UiContext &m_context;
    StatusPill *m_pill = nullptr;
    PlainLabel *m_title = nullptr;
    FactGrid *m_facts = nullptr;
    Sparkline *m_sparkline = nullptr;
    PlainLabel *m_error = nullptr;
};

//! The breaker's state with its countdown, counters and, when `withButtons`, what can be done.
class BreakerCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(BreakerCard)

public:
    explicit BreakerCard(UiContext &context, QWidget *parent = nullptr);
    [[nodiscard]] QString sentence() const; //!< What the card says in one sentence.

private:
    void follow();
    UiContext &m_context;
    StatusPill *m_pill = nullptr;
    PlainLabel *m_sentence = nullptr;
    FactGrid *m_facts = nullptr;
    QPushButton *m_tryNow = nullptr;
    QTimer *m_countdown = nullptr;
};

//! What the journal holds, with Flush now.
class JournalCard final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(JournalCard)

public:
    explicit JournalCard(UiContext &context, QWidget *parent = nullptr);

private:
    void follow();
    void flush();
    UiContext &m_context;
    StatusPill *m_pill = nullptr;
    PlainLabel *m_sentence = nullptr;
    FactGrid *m_facts = nullptr;
    QPushButton *m_flush = nullptr;
    bool m_flushing = false;
};

} // namespace signalbox
