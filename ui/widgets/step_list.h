// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workspace/connection_test.h"

#include <QtWidgets/QWidget>

class QVBoxLayout;

namespace signalbox {

/*! What a connection test finds, one line per step as it goes, the remedy below what failed. Hidden
 *  until a test runs. */
class StepList final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StepList)

public:
    explicit StepList(QWidget *parent = nullptr);

    //! Follows this test from its start; the one before is given up. Takes ownership.
    void follow(ConnectionTest *test);
    void stop(); //!< Gives up and says so.
    void clear(); //!< Gives up and hides.
    [[nodiscard]] bool isRunning() const { return m_call.isRunning(); }
    //! All lines as text, for tests and for copying.
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void grown(); //!< A line was added.
    //! The test ended, well or not.
    void finished();

private:
    void add(const ConnectionStep &step);
    void addLine(const QString &icon, int tint, const QString &title, const QString &detail,
        const QString &fix);
    void setRunning(const QString &what);
    void empty();
    QVBoxLayout *m_lines = nullptr;
    QWidget *m_running = nullptr;
    QStringList m_text;
    std::unique_ptr<ConnectionTest> m_test;
    ScopedCall<ConnectionReport> m_call;
};

} // namespace signalbox
