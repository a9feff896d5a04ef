// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtWidgets/QFrame>

class QLineEdit;
class QMenu;
class QPushButton;

namespace signalbox {

class PlainLabel;

/*! The filter text that goes to the server as it is, with quick filters for status and start time
 *  beside it and the server's refusal below it. Enter sends, Esc clears. Main thread. */
class RunQueryBar final : public QWidget {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunQueryBar)

public:
    explicit RunQueryBar(QWidget *parent = nullptr);

    //! Text and quick filters as one filter of the server's language. `nowMs` bounds "last 7 days".
    [[nodiscard]] QString filter(qint64 nowMs) const;
    [[nodiscard]] bool isActive() const; //!< Anything is filtered.
    [[nodiscard]] bool showsDeleted() const { return m_deleted; }
    void setText(const QString &text);
    void clear();
    //! Muted text at the right end: "37 of 1,204".
    void setNote(const QString &note);
    //! Why the server refused the text; empty hides the line.
    void setRefusal(const QString &text);
    void focusText();

Q_SIGNALS:
    //! Enter, a quick filter, or cleared.
    void submitted();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Option {
        QString title;
        QString value;
    };
    QPushButton *addChip(
        const QString &name, const QString &title, const QList<Option> &options, QString &target);
    void choose(QPushButton *chip, const QString &title, const Option &option, QString &target);

    QFrame *m_box = nullptr;
    QLineEdit *m_text = nullptr;
    PlainLabel *m_note = nullptr;
    PlainLabel *m_refusal = nullptr;
    QPushButton *m_statusChip = nullptr;
    QPushButton *m_timeChip = nullptr;
    QString m_status; //!< MLflow's word, "DELETED", or empty.
    QString m_days;
    bool m_deleted = false;
};

} // namespace signalbox
