// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/terminal/output.h"

#include "core/base/redaction.h"
#include "core/json/json_writer.h"

#include <QtCore/QDateTime>
#include <QtCore/QJsonDocument>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {

//! 0, or the errno of what went wrong. A reader that has left, as `| head` does, wants no more.
int write(FILE *stream, const QByteArray &bytes)
{
    const auto size = static_cast<size_t>(bytes.size());
    errno = 0;
    const bool written = std::fwrite(bytes.constData(), 1, size, stream) == size;
    return (std::fflush(stream) == 0 && written) || errno == EPIPE ? 0 : errno;
}

} // namespace

QString printable(const QString &text)
{
    QString out = text;
    for (QChar &c : out) {
        if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format)
            c = u' ';
    }
    return out;
}

QString isoTime(qint64 epochMs)
{
    if (epochMs <= 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(epochMs, Qt::UTC).toString(Qt::ISODateWithMs);
}

Output::Output()
    : m_colour(::isatty(STDOUT_FILENO) == 1 && qEnvironmentVariableIsEmpty("NO_COLOR")
        && qgetenv("TERM") != "dumb")
    , m_errIsTerminal(::isatty(STDERR_FILENO) == 1)
{
}

void Output::answer(const QByteArray &bytes)
{
    clearProgress();
    const int problem = write(stdout, bytes);
    if (m_writeProblem == 0)
        m_writeProblem = problem;
}

void Output::document(const QJsonObject &object)
{
    answer(QJsonDocument(object).toJson(QJsonDocument::Indented));
}

void Output::event(const QJsonObject &object)
{
    answer(compactJson(object) + '\n');
}

void Output::line(const QString &text)
{
    answer(printable(text).toUtf8() + '\n');
}

void Output::text(const QString &text)
{
    answer(text.toUtf8());
}

void Output::table(
    const QStringList &header, const QList<QStringList> &rows, const QList<int> &rightAligned)
{
    QList<qsizetype> widths;
    for (const QString &title : header)
        widths.append(title.size());
    for (const QStringList &row : rows) {
        for (qsizetype i = 0; i < std::min(row.size(), widths.size()); ++i)
            widths[i] = std::max(widths[i], row.at(i).size());
    }
    const auto print = [&](const QStringList &cells) {
        QString text;
        for (qsizetype i = 0; i < cells.size(); ++i) {
            const QString cell = printable(cells.at(i));
            const bool right = rightAligned.contains(static_cast<int>(i));
            const bool last = i + 1 == cells.size();
            text += right ? cell.rightJustified(widths.at(i))
                          : (last ? cell : cell.leftJustified(widths.at(i)));
            if (!last)
                text += u"  "_s;
        }
        line(text);
    };
    print(header);
    for (const QStringList &row : rows)
        print(row);
}

void Output::message(const QString &text)
{
    if (quiet)
        return;
    clearProgress();
    write(stderr, printable(redact(text)).toUtf8() + '\n');
}

void Output::error(const QString &message, const QString &hint)
{
    clearProgress();
    QString text = u"signalboxctl: "_s % message;
    if (!hint.isEmpty())
        text += u"\n  "_s % hint;
    QByteArray bytes;
    for (const QString &part : redact(text).split(u'\n'))
        bytes += printable(part).toUtf8() + '\n';
    write(stderr, bytes);
}

void Output::progress(const QString &text)
{
    if (quiet || !m_errIsTerminal)
        return;
    m_progressShown = true;
    write(stderr, "\r\033[K" + printable(redact(text)).left(100).toUtf8());
}

void Output::clearProgress()
{
    if (std::exchange(m_progressShown, false))
        write(stderr, "\r\033[K");
}

void Output::verdict(bool good, const QString &word, const QString &rest)
{
    const QByteArray text = printable(word).toUtf8();
    const QByteArray colour = good ? "\x1b[32m" : "\x1b[31m";
    answer((m_colour ? colour + text + "\x1b[0m" : text) + printable(rest).toUtf8() + '\n');
}

} // namespace signalbox
