// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QStringList>

namespace signalbox {

/*! What the terminal shows. stdout carries the answer and nothing else; stderr carries messages
 * and, on a terminal, one progress line. Server text is made printable, so that it cannot drive the
 *  terminal. Main thread; one per process. */
class Output final {
public:
    Output();
    bool json = false; //!< Exactly one JSON document on stdout.
    bool quiet = false; //!< No messages besides errors.

    void document(const QJsonObject &object); //!< Pretty on stdout.
    void event(const QJsonObject &object); //!< One NDJSON line on stdout, flushed.
    void line(const QString &text); //!< One line on stdout.
    void text(const QString &text); //!< Our own text, as it is, on stdout.
    //! Aligned columns; numbers in `rightAligned` columns go right.
    void table(const QStringList &header, const QList<QStringList> &rows,
        const QList<int> &rightAligned = {});
    void message(const QString &text); //!< One line on stderr.
    void error(const QString &message, const QString &hint);
    void progress(const QString &text); //!< Replaces the progress line; only on a terminal.
    void clearProgress();
    //! errno of the first answer that did not get out; 0 when all of it did.
    [[nodiscard]] int writeProblem() const { return m_writeProblem; }
    //! A line that begins with a verdict: green or red when stdout is a terminal that wants colour.
    void verdict(bool good, const QString &word, const QString &rest);

private:
    void answer(const QByteArray &bytes); //!< On stdout.
    int m_writeProblem = 0;
    bool m_colour = false;
    bool m_progressShown = false;
    bool m_errIsTerminal = false;
};

//! `text` without control characters; line breaks become spaces.
[[nodiscard]] QString printable(const QString &text);
//! ISO 8601 in UTC, empty for 0.
[[nodiscard]] QString isoTime(qint64 epochMs);

} // namespace signalbox
