// SPDX-License-Identifier: Apache-2.0
#include "core/engine/job_log.h"

#include "core/base/redaction.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace signalbox {

namespace {
constexpr qint64 kLargest = 8 * 1024 * 1024;
constexpr qsizetype kRemembered = 8 * 1024;
} // namespace

void JobLog::append(const QByteArray &bytes)
{
    m_last += bytes.right(kRemembered);
    m_last = m_last.right(kRemembered);
    if (m_written >= kLargest)
        return;
    if (!m_file.isOpen() && !m_file.open(QIODevice::WriteOnly | QIODevice::Append))
        return; // a full disk must not end the job; the tail stays in memory
    m_file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const qint64 room = std::min<qint64>(bytes.size(), kLargest - m_written);
    m_file.write(bytes.constData(), room);
    m_written += room;
    if (m_written >= kLargest)
        m_file.write("\n[the rest of the log was cut]\n");
    m_file.flush();
}

void JobLog::close()
{
    m_file.close();
}

QString JobLog::tail(qsizetype count) const
{
    QStringList lines = QString::fromUtf8(m_last).split(u'\n', Qt::SkipEmptyParts);
    lines.removeIf([](const QString &line) { return line.trimmed().isEmpty(); });
    QStringList shown;
    for (const QString &line : lines.mid(std::max<qsizetype>(0, lines.size() - count)))
        shown << line.trimmed().left(300);
    return redact(shown.join(u" / "_s));
}

} // namespace signalbox
