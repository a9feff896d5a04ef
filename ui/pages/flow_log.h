// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/tracked_flow.h"

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

class QCheckBox;
class QPlainTextEdit;

namespace signalbox {

class UiContext;

//! The log of one flow: follows its end while asked to, can be copied and saved. GUI thread.
class FlowLog final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FlowLog)

public:
    explicit FlowLog(UiContext &context, QWidget *parent = nullptr);

    void setFlow(TrackedFlow *flow);
    [[nodiscard]] QString text() const;

private:
    void append(int added);
    void copy() const;
    void save();

    UiContext &m_context;
    QPointer<TrackedFlow> m_flow;
    QPlainTextEdit *m_text = nullptr;
    QCheckBox *m_follow = nullptr;
};

} // namespace signalbox
