// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

class QHBoxLayout;
class QVBoxLayout;

namespace signalbox {

class PlainLabel;

/*! A panel with a rounded border and, when it has a title, a header row whose right end takes
 *  buttons. Content goes into body(). */
class Card final : public QFrame {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Card)

public:
    explicit Card(const QString &title = {}, QWidget *parent = nullptr);

    void setTitle(const QString &title);
    //! Muted text beside the title.
    void setNote(const QString &note);
    //! Adds a widget to the right end of the header row.
    void addHeaderWidget(QWidget *widget);
    [[nodiscard]] QVBoxLayout *body() const { return m_body; }
    //! Without inner margins, for tables that reach the border.
    void setFlush(bool flush);

private:
    QWidget *m_header = nullptr;
    QHBoxLayout *m_headerLayout = nullptr;
    PlainLabel *m_title = nullptr;
    PlainLabel *m_note = nullptr;
    QVBoxLayout *m_body = nullptr;
};

} // namespace signalbox
